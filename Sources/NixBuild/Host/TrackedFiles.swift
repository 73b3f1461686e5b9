import Glibc
import NixEval
import NixFormats
import NixStore

/// What becomes of work trees with changes.
///
/// Source: "allow-dirty" and "warn-dirty" in the Nix manual.
package struct DirtyTrees: Sendable {
    package var isAllowed = true
    package var isWarned = true

    package init() {}
}

/// Those files of a work tree that its repository tracks, with the folders above them, as they are now.
struct TrackedFiles {
    /// Absolute, no symbolic link itself.
    let root: RealPath
    /// What is taken of the tree.
    private(set) var included: Set<RealPath> = []

    init(in folder: String) {
        guard let resolved = realpath(folder, nil) else {
            root = RealPath(folder)
            return
        }
        defer { free(resolved) }
        root = RealPath(String(cString: resolved))
    }

    /// Takes a file or link; a folder, such as a submodule that is not to be filled, is left out.
    ///
    /// - Parameters:
    ///   - name: below the work tree, with slashes.
    ///   - leavesOut: only the folders above it are taken.
    mutating func insert(_ name: [UInt8], leavesOut: Bool = false) {
        var status = stat()
        guard lstat(root.appending(name).description, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else { return }
        let components = name.split(separator: UInt8(ascii: "/"))
        var path = root
        for component in components.dropLast() {
            path = path.appending(component)
            included.insert(path)
        }
        if !leavesOut, let last = components.last { included.insert(path.appending(last)) }
    }
}

extension StoreHost {
    /// Takes the tracked files of a work tree into the store where it does not have them.
    ///
    /// - Parameters:
    ///   - workTree: what messages are to call the tree; nil for its store path.
    func accept(
        _ files: TrackedFiles, name: String, attributes: [String: HostFetch.Attribute], workTree: String? = nil
    ) throws(HostError) -> HostFetched {
        try requireWriting()
        let storeDirectory = storeDirectory
        let digest = try stored { () throws(StoreError) in
            try TreeDump.hash(files.root) { (path, _) in files.included.contains(path) }
        }
        let path = try formatted { () throws(FormatError) in
            try storeDirectory.fixedOutputPath(
                name: Array(name.utf8), address: ContentAddress(method: .nar, hash: digest.hash))
        }
        pending.record(
            path,
            .tree(
                source: files.root, name: ByteString(name), method: .nar, algorithm: .sha256, included: files.included))
        try write([path])
        var attributes = attributes
        attributes["narHash"] = .string(digest.hash.sri.bytes)
        return HostFetched(storePath: path, attributes: attributes, workTree: workTree)
    }
}
