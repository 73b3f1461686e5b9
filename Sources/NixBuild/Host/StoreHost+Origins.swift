package import NixEval
package import NixFormats
import NixStore
import NixSyntax

/// What messages call files by whose tree was copied to the store from elsewhere.
extension StoreHost {
    package func note(_ object: StorePath, isFrom origin: TreeOrigin) {
        if origins[object] == nil { origins[object] = origin }
    }

    package func displayed(_ path: [UInt8]) -> [UInt8] {
        guard let (origin, rest) = origin(of: path) else { return BundledPath.displayed(path) }
        return Array(origin.displayed.utf8) + (rest.isEmpty ? [UInt8(ascii: "/")] : rest)
    }

    package func missing(_ path: [UInt8]) -> HostError {
        guard let (origin, rest) = origin(of: path), case .workTree(let root) = origin, !rest.isEmpty else {
            return HostError("path '\(String(decoding: displayed(path), as: UTF8.self))' does not exist")
        }
        return HostError(UntrackedFile.message(String(decoding: rest.dropFirst(), as: UTF8.self), in: root))
    }

    /// Where a path comes from, and what follows the root of its tree.
    private func origin(of path: [UInt8]) -> (TreeOrigin, rest: [UInt8])? {
        guard !origins.isEmpty, let (object, rest) = try? storeDirectory.parsePrefix(ByteString(path)),
            let origin = origins[object]
        else { return nil }
        return (origin, rest.bytes)
    }
}

/// What is not in the copy of a Git work tree.
enum UntrackedFile {
    /// - Parameter name: below the work tree, with slashes.
    static func message(_ name: String, in root: String) -> String {
        guard Paths.existsWithoutFollowing("\(root)/\(name)") else {
            return "Path '\(name)' does not exist in Git repository \"\(root)\"."
        }
        return """
            Path '\(name)' in the repository "\(root)" is not tracked by Git.

            To make it visible to Nix, run:

            git -C "\(root)" add "\(name)"
            """
    }
}
