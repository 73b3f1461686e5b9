import NixEval
import NixFormats
import NixStore

/// What was changed in a Git work tree since its last commit.
enum WorkTreeChanges {
    /// SHA-512 over the changed files as NARs and the names of the deleted ones, in base 16; nil where git cannot say.
    static func fingerprint(_ root: String, _ git: GitCommand) -> String? {
        let words = [
            "-C", root, "status", "--porcelain", "-z", "--untracked-files=no", "--no-renames",
            "--ignore-submodules=all",
        ]
        guard let status = try? git.run(words) else { return nil }
        var changed: [String] = []
        var deleted: [String] = []
        for entry in GitCommand.parts(status) where entry.utf8.count > 3 {
            let name = String(entry.dropFirst(3))
            if Paths.existsWithoutFollowing("\(root)/\(name)") { changed.append(name) } else { deleted.append(name) }
        }
        let digester = Digester(.sha512)
        for name in changed.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            add("modified:", to: digester)
            add("/\(name)", to: digester)
            do throws(StoreError) {
                try TreeDump.dump(RealPath("\(root)/\(name)")) { digester.update($0) }
            } catch { return nil }
        }
        for name in deleted.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            add("deleted:", to: digester)
            add("/\(name)", to: digester)
        }
        return digester.finish().base16.description
    }

    /// A text as Nix's serialisation has it: its length in eight bytes, and zeros up to a multiple of eight.
    private static func add(_ text: String, to digester: Digester) {
        let bytes = Array(text.utf8)
        digester.update((0..<8).map { UInt8(truncatingIfNeeded: UInt64(bytes.count) >> (8 * $0)) })
        digester.update(bytes + Array(repeating: 0, count: (8 - bytes.count % 8) % 8))
    }
}
