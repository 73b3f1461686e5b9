import NixFormats

/// Compiled regular expressions by pattern.
///
/// Once they have too many states together, all are forgotten.
struct RegexCache {
    private var regexes: [ByteString: Regex] = [:]
    private var stateCount = 0
    /// 24 MiB of states.
    private static let stateLimit = 1 << 20

    /// The regular expression of a pattern, compiled when it is first asked for.
    mutating func regex(
        _ pattern: [UInt8], interruptFlag: UnsafeMutablePointer<Int32>
    ) throws(RegexError) -> Regex {
        let key = ByteString(pattern)
        if let known = regexes[key] { return known }
        let regex = try Regex(pattern, interruptFlag: interruptFlag)
        stateCount += regex.program.states.count
        if stateCount > RegexCache.stateLimit {
            regexes.removeAll()
            stateCount = regex.program.states.count
        }
        regexes[key] = regex
        return regex
    }
}
