/// The place of a file on this machine, as bytes: absolute or relative to the working directory, without NUL.
///
/// Names on Linux are bytes, not text, so paths are compared and joined bytewise; ``description`` is for messages only.
package struct RealPath: Hashable, Sendable, Comparable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }
    package init(_ text: String) { self.bytes = Array(text.utf8) }
    package init(stringLiteral value: String) { self.init(value) }

    package var description: String { String(decoding: bytes, as: UTF8.self) }

    package static func < (left: RealPath, right: RealPath) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }

    /// `self/name`; `name` may hold several components.
    package func appending(_ name: some Sequence<UInt8>) -> RealPath {
        var joined = bytes
        if joined.last != UInt8(ascii: "/") { joined.append(UInt8(ascii: "/")) }
        joined.append(contentsOf: name)
        return RealPath(joined)
    }

    /// `self/name`; `name` may hold several components.
    package func appending(_ name: String) -> RealPath { appending(name.utf8) }

    /// The same path with `suffix` added to its last component.
    package func extended(by suffix: String) -> RealPath { RealPath(bytes + suffix.utf8) }

    /// What comes after the last `/`.
    package var lastComponent: [UInt8] {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return bytes }
        return Array(bytes[(slash + 1)...])
    }

    /// What comes before the last `/`: `/` for entries of the root, `.` for a lone name.
    package var parent: RealPath {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == 0 ? "/" : RealPath(Array(bytes[..<slash]))
    }

    /// True where `self` is `ancestor` or lies below it, by whole components.
    package func isInside(_ ancestor: RealPath) -> Bool {
        guard bytes.starts(with: ancestor.bytes) else { return false }
        return bytes.count == ancestor.bytes.count || ancestor.bytes == [UInt8(ascii: "/")]
            || bytes[ancestor.bytes.count] == UInt8(ascii: "/")
    }

    /// The absolute path without `.`, `..`, doubled or final slashes; symbolic links are not looked at.
    ///
    /// - Parameter base: what a relative path is relative to; must be absolute itself.
    package func normalised(relativeTo base: RealPath) -> RealPath {
        let absolute = bytes.first == UInt8(ascii: "/") ? bytes : base.bytes + [UInt8(ascii: "/")] + bytes
        var components: [ArraySlice<UInt8>] = []
        for component in absolute.split(separator: UInt8(ascii: "/")) {
            if component.elementsEqual(".".utf8) { continue }
            if component.elementsEqual("..".utf8) {
                _ = components.popLast()
            } else {
                components.append(component)
            }
        }
        var path: [UInt8] = []
        for component in components {
            path.append(UInt8(ascii: "/"))
            path.append(contentsOf: component)
        }
        return RealPath(path.isEmpty ? [UInt8(ascii: "/")] : path)
    }

    /// Calls `body` with the path as a C string.
    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        NixStore.withCString(bytes, body)
    }
}

/// Calls `body` with `bytes` and a final NUL.
func withCString<Result>(_ bytes: some Sequence<UInt8>, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    var terminated: [CChar] = []
    terminated.reserveCapacity(bytes.underestimatedCount + 1)
    for byte in bytes { terminated.append(CChar(bitPattern: byte)) }
    terminated.append(0)
    return terminated.withUnsafeBufferPointer { body($0.baseAddress.unsafelyUnwrapped) }
}
