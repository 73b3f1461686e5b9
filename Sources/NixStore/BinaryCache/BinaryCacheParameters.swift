import NixFormats

/// What the query of a binary cache's URL says.
///
/// Source: the settings of "HTTP Binary Cache Store" in the Nix manual. Those that are about writing, and unknown ones, are
/// nobody's business here.
struct BinaryCacheParameters {
    /// `priority`.
    private(set) var priority: Int?
    /// `trusted`.
    private(set) var isTrusted = false

    /// - Throws: for values that these settings cannot have.
    init(_ url: String) throws(StoreError) {
        let plain = url.prefix { $0 != "#" }
        guard let mark = plain.firstIndex(of: "?") else { return }
        for pair in plain[plain.index(after: mark)...].split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else { continue }
            switch parts[0] {
            case "priority":
                guard let number = Int(parts[1]) else {
                    throw StoreError(.badReference, "setting 'priority' has invalid value '\(parts[1])'")
                }
                priority = number
            case "trusted":
                guard let flag = Self.flag(parts[1]) else {
                    throw StoreError(.badReference, "Boolean setting 'trusted' has invalid value '\(parts[1])'")
                }
                isTrusted = flag
            default: continue
            }
        }
    }

    private static func flag(_ text: String) -> Bool? {
        switch text {
        case "true", "yes", "1": true
        case "false", "no", "0": false
        default: nil
        }
    }
}
