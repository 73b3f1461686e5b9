import Glibc

/// Cleans a directory of partial files of what nobody will go on with.
package enum StalePartials {
    /// Seconds after which an unfinished download is given up: two weeks.
    package static let age: Int64 = 14 * 86_400

    /// Removes partial files, sidecars and archives that have not been written to for `age` seconds and are not locked.
    ///
    /// A directory that cannot be read is no error: it will be made.
    package static func remove(in path: String, olderThan age: Int64 = age) {
        guard let tree = try? DirectoryTree(opening: path), let stream = opendir(path) else { return }
        defer { closedir(stream) }
        let limit = HTTPDate.now() - age
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.contains(".part") || name.hasSuffix(".archive"), isStale(name, in: tree, before: limit) else {
                continue
            }
            _ = unlinkat(tree.root.number, name, 0)
        }
    }

    /// Whether nobody wrote to the file since `limit`, and nobody has it now.
    private static func isStale(_ name: String, in tree: DirectoryTree, before limit: Int64) -> Bool {
        var status = stat()
        guard fstatat(tree.root.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0,
            status.st_mode & S_IFMT == S_IFREG, Int64(status.st_mtim.tv_sec) < limit
        else { return false }
        // The lock is on the partial file itself, whichever of its companions this is.
        let number = openat(tree.root.number, partialName(name), O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else { return true }
        let partial = Descriptor(number)
        return flock(partial.number, LOCK_EX | LOCK_NB) == 0
    }

    /// `<key>.part` for the sidecar of that name.
    private static func partialName(_ name: String) -> String {
        guard let dot = name.firstIndex(of: ".") else { return name }
        return name.hasSuffix(".archive") ? name : name[..<dot] + ".part"
    }
}
