import Glibc

/// Deletes trees through directory handles only, so that nobody can redirect the deletion by swapping a
/// directory for a link, and trees deeper than `PATH_MAX` go as well.
package struct TreeRemoval {
    /// Directories below this depth are first moved up, which bounds open descriptors and stack.
    private static let maximumDepth = 48

    /// The space that was given back: blocks of files whose last link went.
    private(set) var bytesFreed: UInt64 = 0
    private var moved = 0

    /// Removes `path` and everything below it; nothing there is fine.
    ///
    /// - Returns: the bytes that were freed.
    @discardableResult
    package static func remove(_ path: RealPath) throws(StoreError) -> UInt64 {
        var removal = TreeRemoval()
        let parent: Descriptor
        do throws(StoreError) {
            parent = try Descriptor.open(path.parent, Descriptor.handleOnly | O_DIRECTORY)
        } catch {
            if error.isSystem(ENOENT) { return 0 }
            throw error
        }
        try removal.removeEntry(path.lastComponent, of: parent, path: path, depth: 0, top: nil)
        return removal.bytesFreed
    }

    /// - Parameter top: the handle of the outermost directory, where deep ones are moved to; nil at the outermost itself.
    private mutating func removeEntry(
        _ name: [UInt8], of parent: borrowing Descriptor, path: RealPath, depth: Int, top: Int32?
    ) throws(StoreError) {
        let status: stat
        do throws(StoreError) {
            status = try parent.status(of: name, path: path)
        } catch {
            if error.isSystem(ENOENT) { return }
            throw error
        }
        if status.st_nlink == 1 || status.isDirectory { bytesFreed &+= UInt64(clamping: status.st_blocks) &* 512 }
        if !status.isDirectory {
            guard withCString(name, { unlinkat(parent.raw, $0, 0) }) == 0 || errno == ENOENT else {
                throw .system("removing", path)
            }
            return
        }
        if let top, depth >= Self.maximumDepth {
            moved += 1
            let target = Array(".deep-\(moved)".utf8)
            let result = withCString(name) { name in
                withCString(target) { renameat(parent.raw, name, top, $0) }
            }
            guard result == 0 else { throw .system("moving", path) }
            return
        }
        try makeAccessible(name, of: parent, status: status, path: path)
        let directory = try parent.open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, path: path)
        while true {
            for entry in try directory.entryNames(path: path) {
                try removeEntry(
                    entry, of: directory, path: path.appending(entry), depth: depth + 1, top: top ?? directory.raw)
            }
            if withCString(name, { unlinkat(parent.raw, $0, AT_REMOVEDIR) }) == 0 || errno == ENOENT { return }
            // Deep directories have been moved up here in the meantime.
            guard errno == ENOTEMPTY || errno == EEXIST, top == nil else { throw .system("removing", path) }
        }
    }

    /// Gives the owner the rights that listing and removing entries needs.
    private func makeAccessible(
        _ name: [UInt8], of parent: borrowing Descriptor, status: stat, path: RealPath
    ) throws(StoreError) {
        guard status.st_mode & S_IRWXU != S_IRWXU else { return }
        let handle = try parent.open(name, Descriptor.handleOnly | O_DIRECTORY | O_NOFOLLOW, path: path)
        guard chmod("/proc/self/fd/\(handle.raw)", status.st_mode & 0o777 | S_IRWXU) == 0 else {
            throw .system("changing permissions of", path)
        }
    }
}
