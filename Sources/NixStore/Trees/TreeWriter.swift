import Glibc
import NixFormats

/// Creates the tree it is told of, in the store's canonical form: files 0444 or 0555, directories 0555, time stamp 1.
///
/// Everything is made below directory handles with `O_EXCL` and `O_NOFOLLOW`, so an entry that is there already is always
/// an error and nothing outside the tree can be reached.
final class TreeWriter: NARVisitor {
    private final class OpenDirectory {
        let descriptor: Descriptor
        init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
    }

    private let synchronises: Bool
    private let root: RealPath
    /// The parent of the root, then each open directory.
    private var directories: [OpenDirectory]
    private var path: [RealPath]
    private var name: [UInt8]
    private var file: Int32 = -1
    private var isExecutable = false

    /// - Parameters:
    ///   - root: what to create; its parent must be there.
    ///   - synchronises: whether each file is made durable.
    init(root: RealPath, synchronises: Bool = false) throws(StoreError) {
        self.root = root
        self.synchronises = synchronises
        directories = [OpenDirectory(try Descriptor.open(root.parent, Descriptor.handleOnly | O_DIRECTORY))]
        path = [root.parent]
        name = root.lastComponent
    }

    deinit { if file >= 0 { _ = close(file) } }

    private var parent: Int32 { directories[directories.count - 1].descriptor.raw }
    private var nodePath: RealPath { path[path.count - 1].appending(name) }

    func directory() throws {
        guard withCString(name, { mkdirat(parent, $0, 0o700) }) == 0 else {
            throw StoreError.system("creating directory", nodePath)
        }
        let created = try directories[directories.count - 1].descriptor.open(
            name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, path: nodePath)
        path.append(nodePath)
        directories.append(OpenDirectory(created))
    }

    func entry(_ name: ByteString) { self.name = name.bytes }

    func endDirectory() throws {
        let directory = directories.removeLast()
        let own = path.removeLast()
        try finish(directory.descriptor.raw, mode: 0o555, path: own)
    }

    func regular(size: UInt64, isExecutable: Bool, offset: UInt64) throws {
        file = retryingInterrupts {
            withCString(name) { openat(parent, $0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600) }
        }
        guard file >= 0 else { throw StoreError.system("creating file", nodePath) }
        self.isExecutable = isExecutable
    }

    func contents(_ bytes: UnsafeRawBufferPointer) throws {
        var written = 0
        while written < bytes.count {
            let count = retryingInterrupts {
                write(file, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            }
            guard count >= 0 else { throw StoreError.system("writing to", nodePath) }
            written += count
        }
    }

    func endRegular() throws {
        let done = Descriptor(raw: file)
        file = -1
        try finish(done.raw, mode: isExecutable ? 0o555 : 0o444, path: nodePath)
    }

    func symlink(target: ByteString) throws {
        guard withCString(target.bytes, { target in withCString(name) { symlinkat(target, parent, $0) } }) == 0 else {
            throw StoreError.system("creating symbolic link", nodePath)
        }
        guard Canonical.setTime(name, in: parent) else {
            throw StoreError.system("changing modification time of", nodePath)
        }
    }

    private func finish(_ descriptor: Int32, mode: mode_t, path: RealPath) throws(StoreError) {
        try Canonical.removeAttributes(descriptor, path: path)
        guard fchmod(descriptor, mode) == 0 else { throw .system("changing permissions of", path) }
        guard Canonical.setTime(descriptor) else { throw .system("changing modification time of", path) }
        if synchronises, fsync(descriptor) != 0 { throw .system("synchronising", path) }
    }
}
