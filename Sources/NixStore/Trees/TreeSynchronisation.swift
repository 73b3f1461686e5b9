import Glibc

/// Making a tree durable.
enum TreeSynchronisation {
    /// Flushes every file and directory of the tree at `path` to its disk.
    static func synchronise(_ path: RealPath) throws(StoreError) {
        let parent = try Descriptor.open(path.parent, O_RDONLY | O_DIRECTORY)
        try synchronise(path.lastComponent, of: parent, path: path)
        try parent.synchronise(path: path.parent)
    }

    private static func synchronise(
        _ name: [UInt8], of parent: borrowing Descriptor, path: RealPath
    ) throws(StoreError) {
        let status = try parent.status(of: name, path: path)
        guard status.isDirectory || status.isRegular else { return }
        let node = try parent.open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, path: path)
        if status.isDirectory {
            for entry in try node.entryNames(path: path) {
                try synchronise(entry, of: node, path: path.appending(entry))
            }
        }
        try node.synchronise(path: path)
    }
}
