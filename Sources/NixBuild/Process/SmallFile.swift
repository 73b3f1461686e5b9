import Glibc
package import NixStore
import NixSyntax

/// A file operation that failed, with the system's own words.
package struct FileOperationError: Error, CustomStringConvertible {
    package let description: String

    /// Takes the reason from `errno`.
    package init(_ operation: String, _ path: RealPath) {
        description = "\(operation) \"\(path)\": \(String(cString: strerror(errno)))"
    }
}

/// Files that are read and written whole.
package enum SmallFile {
    /// The bytes of a regular file.
    package static func read(_ path: String) throws(FileOperationError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileOperationError("opening file", RealPath(path)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileOperationError("getting status of", RealPath(path)) }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            errno = EISDIR
            throw FileOperationError("reading from file", RealPath(path))
        }
        var bytes: [UInt8] = []
        // One byte more than the file has tells that it ends there.
        var capacity = Int(status.st_size) + 1
        while true {
            var failed = false
            let piece = [UInt8](unsafeUninitializedCapacity: capacity) { room, filled in
                if capacity > 1 << 20 { FreshMemory.populate(room.baseAddress!, count: capacity) }
                while filled < capacity {
                    let count = Glibc.read(descriptor, room.baseAddress! + filled, capacity - filled)
                    if count < 0 && errno == EINTR { continue }
                    failed = count < 0
                    if count <= 0 { break }
                    filled += count
                }
            }
            if failed { throw FileOperationError("reading from file", RealPath(path)) }
            if bytes.isEmpty { bytes = piece } else { bytes += piece }
            if piece.count < capacity { return bytes }
            capacity = max(4096, bytes.count)
        }
    }

    /// Whether a file begins with these bytes; false for one that cannot be read.
    package static func begins(_ path: String, with beginning: [UInt8]) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: beginning.count)
        return Glibc.read(descriptor, &bytes, bytes.count) == beginning.count && bytes == beginning
    }

    /// What Nix reads of a file: as many bytes as its status says it has, so nothing of a device.
    ///
    /// A pipe or a socket, for which Nix waits, is an error, and so is a file that memory cannot hold.
    package static func readAsNix(_ path: String) throws(FileOperationError) -> [UInt8] {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileOperationError("opening file", RealPath(path)) }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            guard status.st_size > 0 else { return [] }
            let size = Int(status.st_size)
            guard size < 1 << 32 else {
                errno = ENOMEM
                throw FileOperationError("reading from file", RealPath(path))
            }
            if size > 1 << 26 {
                // What an array of that size would end the program for.
                let probe = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
                guard probe != MAP_FAILED else { throw FileOperationError("reading from file", RealPath(path)) }
                munmap(probe, size)
            }
            return try read(path)
        case S_IFIFO, S_IFSOCK:
            errno = ESPIPE
            throw FileOperationError("reading from file", RealPath(path))
        case S_IFDIR: return try read(path)
        default: return []
        }
    }

    /// Writes all bytes to what is open; false, with the reason in `errno`, where that fails.
    package static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let count = Glibc.write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
                if count < 0 {
                    if errno == EINTR { continue }
                    return false
                }
                offset += count
            }
            return true
        }
    }

    /// Writes a file, replacing what it held; `mode` is for a new one.
    package static func write(_ path: String, _ bytes: [UInt8], mode: UInt32 = 0o644) throws(FileOperationError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileOperationError("opening file", RealPath(path)) }
        guard write(bytes, to: descriptor) else {
            let error = FileOperationError("writing file", RealPath(path))
            close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw FileOperationError("writing file", RealPath(path)) }
    }

    /// Puts a file in place of another at once, so that nobody reads half of it.
    static func replace(_ path: String, _ bytes: [UInt8], mode: UInt32) throws(FileOperationError) {
        let temporary = "\(path).\(getpid()).tmp"
        do throws(FileOperationError) {
            try write(temporary, bytes, mode: mode)
            guard rename(temporary, path) == 0 else { throw FileOperationError("writing file", RealPath(path)) }
        } catch {
            unlink(temporary)
            throw error
        }
    }
}

/// The names in a folder.
package enum FolderListing {
    /// All names apart from `.` and `..`, in bytewise order.
    package static func names(_ path: RealPath) throws(FileOperationError) -> [[UInt8]] {
        try entries(path).map(\.name)
    }

    /// The entries apart from `.` and `..`, in bytewise order, with the type bits of their modes (`S_IFREG` and so on).
    package static func entries(_ path: RealPath) throws(FileOperationError) -> [(name: [UInt8], kind: UInt32)] {
        guard let stream = opendir(path.description) else { throw FileOperationError("opening directory", path) }
        defer { closedir(stream) }
        var names: [(name: [UInt8], kind: UInt32)] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw FileOperationError("reading directory", path) }
                break
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                Array(bytes.prefix { $0 != 0 })
            }
            if name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) { continue }
            names.append((name, try kind(entry.pointee.d_type, path.appending(name))))
        }
        return names.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// File systems may leave the type out of their folders.
    private static func kind(_ type: UInt8, _ path: RealPath) throws(FileOperationError) -> UInt32 {
        switch Int(type) {
        case Int(DT_REG): return S_IFREG
        case Int(DT_DIR): return S_IFDIR
        case Int(DT_LNK): return S_IFLNK
        case Int(DT_UNKNOWN):
            var status = stat()
            guard lstat(path.description, &status) == 0 else { throw FileOperationError("getting status of", path) }
            return status.st_mode & S_IFMT
        default: return 0
        }
    }
}
