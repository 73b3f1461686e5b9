/// Makes absolute paths of path literals.
package enum PathLiteral {
    /// The absolute path that a literal stands for, as Nix has it in its tree: relative ones start from the folder of
    /// the source, `.` and `..` are resolved as text, and the slash before an interpolation stays.
    ///
    /// `~` becomes `home`, and the rest of such a path is left as it is.
    package static func resolve(
        _ literal: UnsafeBufferPointer<UInt8>, in source: SourceFile, home: String
    ) -> [UInt8] {
        if literal.first == UInt8(ascii: "~") { return Array(home.utf8) + literal.dropFirst() }
        let isAbsolute = literal.first == UInt8(ascii: "/")
        var path = canonical(isAbsolute ? Array(literal) : Array(source.directory.utf8) + [UInt8(ascii: "/")] + literal)
        if literal.count > 1, literal.last == UInt8(ascii: "/") { path.append(UInt8(ascii: "/")) }
        return path
    }

    /// An absolute path without empty, `.` and `..` components.
    package static func canonical(_ path: [UInt8]) -> [UInt8] {
        if isCanonical(path) { return path }
        let slash = UInt8(ascii: "/")
        let dot = UInt8(ascii: ".")
        var result: [UInt8] = []
        result.reserveCapacity(path.count + 1)
        path.withUnsafeBufferPointer { path in
            var start = 0
            while start < path.count {
                var end = start
                while end < path.count, path[end] != slash { end += 1 }
                switch end - start {
                case 0: break
                case 1 where path[start] == dot: break
                case 2 where path[start] == dot && path[start + 1] == dot:
                    while let last = result.popLast(), last != slash {}
                default:
                    result.append(slash)
                    result.append(contentsOf: path[start..<end])
                }
                start = end + 1
            }
        }
        return result.isEmpty ? [slash] : result
    }

    /// Whether every slash but a lone one is followed by something else than a slash, a component of dots or the end.
    private static func isCanonical(_ path: [UInt8]) -> Bool {
        guard path.first == UInt8(ascii: "/") else { return false }
        if path.count == 1 { return true }
        return path.withUnsafeBufferPointer { path in
            // A dot after a slash may be a hidden file: rare enough to take the long way.
            var isAfterSlash = false
            for byte in path {
                if isAfterSlash, byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") { return false }
                isAfterSlash = byte == UInt8(ascii: "/")
            }
            return !isAfterSlash
        }
    }
}
