package import NixFormats

/// The SHA-256 digest and the size in bytes of the NAR of what was fetched.
package struct NARSummary: Sendable, Equatable {
    package let hash: NixHash
    package let size: UInt64
}

/// A node of the tree that a fetch lays out, with files still on their way.
indirect enum TreeNode: Sendable {
    case directory([ByteString: TreeNode])
    case link(target: ByteString)
    /// A small file, not executable.
    case bytes([UInt8])
    /// A finished file of the staging directory.
    case file(path: String, isExecutable: Bool)
    /// The file whose partial file has this key.
    case download(key: String, isExecutable: Bool = false)

    /// Adds a node at a relative path, with directories on the way.
    mutating func insert(_ node: TreeNode, at path: some Sequence<UInt8>) {
        insert(node, Array(path).split(separator: UInt8(ascii: "/")).map { ByteString($0) }[...])
    }

    /// The keys of its downloads, in the order of the NAR.
    var downloads: [String] {
        switch self {
        case .directory(let children): children.sorted { $0.key < $1.key }.flatMap(\.value.downloads)
        case .download(let key, _): [key]
        case .link, .bytes, .file: []
        }
    }

    private mutating func insert(_ node: TreeNode, _ path: ArraySlice<ByteString>) {
        guard let name = path.first else {
            self = node
            return
        }
        var children: [ByteString: TreeNode] = [:]
        if case .directory(let existing) = self { children = existing }
        // Lets go of the dictionary, so that it is changed in place.
        self = .bytes([])
        children[name, default: .directory([:])].insert(node, path.dropFirst())
        self = .directory(children)
    }
}

/// What tree a batch of downloads becomes, so that its NAR can be hashed while they run.
struct TreePlan: Sendable {
    /// Keys of downloads whose digest the tree's names depend on.
    let named: [String]
    /// The tree, given those digests.
    let tree: @Sendable ([String: NixHash]) -> TreeNode
}
