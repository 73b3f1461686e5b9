import CXattr
import Glibc
import NixFormats

/// The form that every store object has: files 0444 or 0555, directories 0555, modification time 1, no extended attributes.
enum Canonical {
    private static var times: [timespec] {
        // Linux's UTIME_OMIT: the access time stays.
        [timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2), timespec(tv_sec: 1, tv_nsec: 0)]
    }

    static func setTime(_ descriptor: Int32) -> Bool { futimens(descriptor, times) == 0 }

    /// Sets the time of an entry itself, links not followed.
    static func setTime(_ name: [UInt8], in directory: Int32) -> Bool {
        withCString(name) { utimensat(directory, $0, times, AT_SYMLINK_NOFOLLOW) } == 0
    }

    /// Removes every extended attribute, access control lists included, except the security label of the system.
    static func removeAttributes(_ descriptor: Int32, path: RealPath) throws(StoreError) {
        let size = flistxattr(descriptor, nil, 0)
        if size == 0 || size < 0 && (errno == ENOTSUP || errno == ENODATA) { return }
        guard size > 0 else { throw .system("querying extended attributes of", path) }
        var list = [CChar](repeating: 0, count: size)
        let used = flistxattr(descriptor, &list, size)
        guard used >= 0 else { throw .system("querying extended attributes of", path) }
        for name in list[..<used].split(separator: 0)
        where !name.elementsEqual("security.selinux".utf8.map { CChar($0) }) {
            guard fremovexattr(descriptor, Array(name) + [0]) == 0 || errno == ENODATA else {
                throw .system("removing an extended attribute of", path)
            }
        }
    }

    /// Brings the tree at `path`, which this process made, into canonical form.
    ///
    /// Refuses what a store object cannot be: sockets, devices and FIFOs, files of another owner, and files that have a
    /// second link, since changing their mode would change what the other link shows.
    static func canonicalise(_ path: RealPath) throws(StoreError) {
        let parent = try Descriptor.open(path.parent, Descriptor.handleOnly | O_DIRECTORY)
        try canonicalise(path.lastComponent, of: parent, path: path, depth: 1)
    }

    private static func canonicalise(
        _ name: [UInt8], of parent: borrowing Descriptor, path: RealPath, depth: Int
    ) throws(StoreError) {
        guard depth <= NARLimits.depth else {
            throw StoreError(
                .unsupportedFile, "nesting of '\(path)' exceeds the maximum depth of \(NARLimits.depth)")
        }
        let before = try parent.status(of: name, path: path)
        guard before.kind != .unknown else {
            throw StoreError(.unsupportedFile, "file '\(path)' has an unsupported type")
        }
        guard before.st_uid == geteuid() else {
            throw StoreError(.unsupportedFile, "invalid ownership on file '\(path)'")
        }
        if before.isLink {
            guard setTime(name, in: parent.raw) else { throw .system("changing modification time of", path) }
            return
        }
        guard before.isDirectory || before.st_nlink == 1 else {
            throw StoreError(.unsupportedFile, "file '\(path)' has \(before.st_nlink) hard links")
        }
        try makeReadable(name, of: parent, before, path: path)
        let node = try parent.open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, path: path)
        let status = try node.status(path: path)
        guard status.st_ino == before.st_ino, status.st_dev == before.st_dev else {
            throw StoreError(.unsupportedFile, "file '\(path)' was replaced while it was added")
        }
        if status.isDirectory {
            for entry in try node.entryNames(path: path) {
                try canonicalise(entry, of: node, path: path.appending(entry), depth: depth + 1)
            }
        }
        try removeAttributes(node.raw, path: path)
        let mode: mode_t = before.isDirectory || before.isExecutable ? 0o555 : 0o444
        guard before.st_mode & 0o7777 == mode || fchmod(node.raw, mode) == 0 else {
            throw .system("changing permissions of", path)
        }
        guard setTime(node.raw) else { throw .system("changing modification time of", path) }
    }

    /// Lets the owner read a file, or search and change a directory, that forbids it.
    private static func makeReadable(
        _ name: [UInt8], of parent: borrowing Descriptor, _ status: stat, path: RealPath
    ) throws(StoreError) {
        let needed = status.isDirectory ? S_IRWXU : S_IRUSR
        guard status.st_mode & needed != needed else { return }
        let handle = try parent.open(name, Descriptor.handleOnly | O_NOFOLLOW, path: path)
        guard chmod("/proc/self/fd/\(handle.raw)", status.st_mode & 0o777 | needed) == 0 else {
            throw .system("changing permissions of", path)
        }
    }
}
