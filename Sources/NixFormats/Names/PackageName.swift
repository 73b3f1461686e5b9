/// A package's name and version as one word: `hello-2.12` is `hello` and `2.12`.
///
/// The version starts after the first dash that a letter does not follow; without one it is empty.
/// Source: `builtins.parseDrvName` in the Nix manual.
package struct PackageName: Hashable, Sendable {
    package let name: ByteString
    package let version: ByteString

    package init(parsing text: ByteString) {
        let bytes = text.bytes
        for (index, byte) in bytes.enumerated()
        where byte == UInt8(ascii: "-") && index + 1 < bytes.count && !Self.isLetter(bytes[index + 1]) {
            name = ByteString(bytes[..<index])
            version = ByteString(bytes[(index + 1)...])
            return
        }
        name = text
        version = ""
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: false
        }
    }
}
