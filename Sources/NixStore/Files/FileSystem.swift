import Glibc
import NixFetch
import NixFormats

/// Single operations on paths.
///
/// None follows a symbolic link in the last component unless it says so.
enum FileSystem {
    /// The status of `path`, nil where nothing is there.
    static func statusIfPresent(_ path: RealPath) throws(StoreError) -> stat? {
        var status = stat()
        if path.withCString({ lstat($0, &status) }) == 0 { return status }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw .system("getting status of", path)
    }

    static func exists(_ path: RealPath) throws(StoreError) -> Bool { try statusIfPresent(path) != nil }

    /// Whether the process may do `mode` (`R_OK | W_OK`) with what `path` leads to.
    static func isAccessible(_ path: RealPath, _ mode: Int32) -> Bool { path.withCString { access($0, mode) } == 0 }

    /// Makes `path` and every missing parent.
    ///
    /// A link to a directory is good enough for a parent.
    static func createDirectories(_ path: RealPath) throws(StoreError) {
        if path.withCString({ mkdir($0, 0o777) }) == 0 { return }
        if errno == ENOENT, path.parent != path {
            try createDirectories(path.parent)
            if path.withCString({ mkdir($0, 0o777) }) == 0 { return }
        }
        let code = errno
        var status = stat()
        if path.withCString({ stat($0, &status) }) == 0, status.isDirectory { return }
        throw .system("creating directory", path, errno: code)
    }

    static func readFile(_ path: RealPath) throws(StoreError) -> [UInt8] {
        try Descriptor.open(path, O_RDONLY).readAll(path: path)
    }

    /// Creates or truncates `path` and writes `contents`.
    static func writeFile(
        _ path: RealPath, _ contents: [UInt8], mode: mode_t = 0o666, durably: Bool = false
    ) throws(StoreError) {
        let file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
        try file.write(contents, path: path)
        if durably { try file.synchronise(path: path) }
    }

    /// Writes a file in one step: nobody sees a part of it, or finds it gone.
    static func replaceFile(_ path: RealPath, _ contents: [UInt8], durably: Bool = false) throws(StoreError) {
        let temporary = path.extended(by: ".tmp-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        try writeFile(temporary, contents, durably: durably)
        try rename(temporary, to: path)
    }

    static func linkTarget(_ path: RealPath) throws(StoreError) -> [UInt8] {
        try Descriptor.open(path.parent, Descriptor.handleOnly | O_DIRECTORY).linkTarget(
            of: path.lastComponent, path: path)
    }

    /// Makes `path` a link to `target` in one step, replacing a link (or file) that is there.
    static func replaceWithLink(_ path: RealPath, target: [UInt8]) throws(StoreError) {
        let temporary = path.parent.appending(".").extended(by: "\(getpid())_\(UInt32.random(in: 0 ... .max))")
        guard withCString(target, { target in temporary.withCString { symlink(target, $0) } }) == 0 else {
            throw .system("creating symbolic link", path)
        }
        do throws(StoreError) {
            try rename(temporary, to: path)
        } catch {
            _ = temporary.withCString { unlink($0) }
            throw error
        }
    }

    static func rename(_ source: RealPath, to destination: RealPath) throws(StoreError) {
        guard source.withCString({ source in destination.withCString { Glibc.rename(source, $0) } }) == 0 else {
            let code = errno
            throw StoreError(
                .system(code), "renaming '\(source)' to '\(destination)': \(String(cString: strerror(code)))")
        }
    }

    /// Removes a file or link; nothing there is fine.
    static func removeFile(_ path: RealPath) throws(StoreError) {
        guard path.withCString({ unlink($0) }) == 0 || errno == ENOENT else { throw .system("removing", path) }
    }

    /// Makes the entries of the directory `path` durable.
    static func synchroniseDirectory(_ path: RealPath) throws(StoreError) {
        try Descriptor.open(path, O_RDONLY | O_DIRECTORY).synchronise(path: path)
    }

    /// - Throws: of kind `system` where the file system of the folder `path` has fewer than `count` bytes left.
    static func requireSpace(_ count: UInt64, in path: RealPath, for object: ByteString) throws(StoreError) {
        let folder = try Descriptor.open(path, O_RDONLY | O_DIRECTORY)
        guard let free = FreeSpace.bytes(folder.raw), free < Int64(clamping: count) else { return }
        throw StoreError(
            .system(ENOSPC), "no space left for '\(object)': \(count) bytes are needed, \(free) are free")
    }

    /// The working directory.
    static func workingDirectory() throws(StoreError) -> RealPath {
        guard let buffer = getcwd(nil, 0) else { throw .system("getting the working directory", ".") }
        defer { free(buffer) }
        return RealPath(Array(UnsafeRawBufferPointer(start: buffer, count: strlen(buffer))))
    }
}

extension stat {
    var isDirectory: Bool { st_mode & S_IFMT == S_IFDIR }
    var isRegular: Bool { st_mode & S_IFMT == S_IFREG }
    var isLink: Bool { st_mode & S_IFMT == S_IFLNK }
    /// What NAR keeps of the mode: whether the owner may execute the file.
    var isExecutable: Bool { st_mode & S_IXUSR != 0 }
}
