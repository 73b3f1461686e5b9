import Glibc
import Synchronization

/// A directory below which files are made one component at a time: nothing that is there already is followed.
///
/// Every step is `mkdirat`/`openat` with `O_NOFOLLOW` below a held descriptor, so a symbolic link that a hostile
/// archive or repository put in the way is an error and never a way out.
struct DirectoryTree: Sendable {
    let root: Descriptor
    /// The root's path, for messages.
    let path: String
    private let latest = Latest()

    /// The directory that was asked for last: trees are made one directory after the other.
    private final class Latest: Sendable {
        let entry = Mutex<(components: [[UInt8]], descriptor: Descriptor)?>(nil)
    }

    /// Opens an existing directory.
    init(opening path: String) throws(FileAccess.Failure) {
        self.path = path
        root = Descriptor(
            try FileAccess.call("open directory", path) {
                open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            })
    }

    /// Opens a directory, making it (mode 0700) if it is not there; its parent must be.
    init(making path: String) throws(FileAccess.Failure) {
        if mkdir(path, 0o700) != 0, errno != EEXIST {
            throw FileAccess.Failure(number: errno, action: "make directory", path: path)
        }
        try self.init(opening: path)
    }

    /// The directory at relative components, made where missing.
    func directory(_ components: some Sequence<[UInt8]>) throws(FileAccess.Failure) -> Descriptor {
        let components = Array(components)
        if let known = latest.entry.withLock({ $0?.components == components ? $0?.descriptor : nil }) { return known }
        let made = try makeDirectory(components)
        latest.entry.withLock { $0 = (components, made) }
        return made
    }

    private func makeDirectory(_ components: [[UInt8]]) throws(FileAccess.Failure) -> Descriptor {
        var current = root
        for component in components {
            let name = component.map { CChar(bitPattern: $0) } + [0]
            let shown = describe([component])
            if mkdirat(current.number, name, 0o755) != 0, errno != EEXIST {
                throw FileAccess.Failure(number: errno, action: "make directory", path: shown)
            }
            let parent = current
            current = Descriptor(
                try FileAccess.call("enter directory", shown) {
                    openat(parent.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                })
        }
        return current
    }

    /// Splits a checked relative path: directories and the last name.
    static func split(_ path: some Sequence<UInt8>) -> (directories: [[UInt8]], name: [UInt8]) {
        var components = Array(path).split(separator: UInt8(ascii: "/")).map(Array.init)
        let name = components.popLast() ?? []
        return (components, name)
    }

    /// Makes a new file with these bytes and mode 0444; an existing entry is an error.
    func writeFile(_ path: String, _ bytes: [UInt8]) throws(FileAccess.Failure) {
        let (directories, name) = Self.split(path.utf8)
        let file = try createFile(directories, name)
        let problem = bytes.withUnsafeBytes { FileAccess.writeAll(file.number, $0, at: 0) }
        if let problem { throw FileAccess.Failure(number: problem, action: "write", path: path) }
        try FileAccess.call("set the mode of", path) { fchmod(file.number, 0o444) }
    }

    /// Makes a new empty file for writing.
    func createFile(_ directories: [[UInt8]], _ name: [UInt8]) throws(FileAccess.Failure) -> Descriptor {
        let parent = try directory(directories)
        let text = name.map { CChar(bitPattern: $0) } + [0]
        return Descriptor(
            try FileAccess.call("create", describe(directories + [name])) {
                openat(parent.number, text, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            })
    }

    /// Makes a new symbolic link; an existing entry is an error.
    func makeLink(_ path: some Sequence<UInt8>, to target: some Sequence<UInt8>) throws(FileAccess.Failure) {
        let (directories, name) = Self.split(path)
        let parent = try directory(directories)
        let text = name.map { CChar(bitPattern: $0) } + [0]
        let destination = target.map { CChar(bitPattern: $0) } + [0]
        try FileAccess.call("make link", describe(directories + [name])) {
            symlinkat(destination, parent.number, text)
        }
    }

    private func describe(_ components: [[UInt8]]) -> String {
        path + "/" + components.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
    }
}
