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
        var components: [ArraySlice<UInt8>] = []
        for component in path.split(separator: UInt8(ascii: "/")) {
            if component.elementsEqual(".".utf8) { continue }
            if component.elementsEqual("..".utf8) {
                _ = components.popLast()
            } else {
                components.append(component)
            }
        }
        if components.isEmpty { return [UInt8(ascii: "/")] }
        return components.flatMap { [UInt8(ascii: "/")] + $0 }
    }
}
