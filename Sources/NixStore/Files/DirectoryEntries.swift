import Glibc

extension Descriptor {
    /// The names in this directory without `.` and `..`, in bytewise order.
    func sortedEntryNames(path: RealPath) throws(StoreError) -> [[UInt8]] {
        var names = try entryNames(path: path)
        names.sort { left, right in
            left.withUnsafeBytes { left in
                right.withUnsafeBytes { right in
                    let order = memcmp(
                        left.baseAddress.unsafelyUnwrapped, right.baseAddress.unsafelyUnwrapped,
                        min(left.count, right.count))
                    return order != 0 ? order < 0 : left.count < right.count
                }
            }
        }
        return names
    }

    /// The names in this directory without `.` and `..`, in the order of the file system.
    func entryNames(path: RealPath) throws(StoreError) -> [[UInt8]] {
        let own = retryingInterrupts { openat(raw, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard own >= 0 else { throw .system("opening directory", path) }
        guard let stream = fdopendir(own) else {
            let code = errno
            _ = close(own)
            throw .system("opening directory", path, errno: code)
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw .system("reading directory", path) }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: UInt8.self, capacity: 256) {
                    Array(UnsafeBufferPointer(start: $0, count: strlen($0)))
                }
            }
            if name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) { continue }
            names.append(name)
        }
    }
}
