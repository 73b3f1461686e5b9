/// Which names git's branches, tags and commits can have.
package enum GitNames {
    /// Whether `text` can be the name of a branch, a tag or a reference.
    ///
    /// Source: git-check-ref-format(1).
    package static func isReference(_ text: String) -> Bool {
        guard !text.isEmpty, text != "@", text.first != "-", text.last != ".", !text.contains("@{") else {
            return false
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && !"~^:?*[\\".utf8.contains($0) }),
            !text.contains("..")
        else { return false }
        return text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasSuffix(".lock")
        }
    }

    /// Whether `text` is a whole commit hash.
    package static func isRevision(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 40
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0 | 0x20)
            }
    }

    /// Whether `text` has the form of a reference in the short spelling of a flake (`nixpkgs/<reference>`).
    package static func isShortReference(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, isWord(first) || first == UInt8(ascii: "@") else { return false }
        return text.utf8.allSatisfy { isWord($0) || "_./@+-".utf8.contains($0) }
    }

    /// Whether `text` can be a name in the registry of flakes.
    package static func isFlakeID(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, isWord(first), !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
        else {
            return false
        }
        return text.utf8.allSatisfy { isWord($0) || "_-".utf8.contains($0) }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
