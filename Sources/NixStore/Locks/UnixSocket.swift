import Glibc

/// The client's side of the collector's socket.
enum UnixSocket {
    /// Connects to the socket at `path`, however long the path is; nil where nobody listens.
    static func connect(_ path: RealPath) throws(StoreError) -> Descriptor? {
        // An address holds 107 bytes: reach the socket through a handle on its folder.
        let folder: Descriptor
        do throws(StoreError) {
            folder = try Descriptor.open(path.parent, Descriptor.handleOnly | O_DIRECTORY)
        } catch {
            if error.isSystem(ENOENT) { return nil }
            throw error
        }
        let raw = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { throw .system("creating a socket for", path) }
        let connection = Descriptor(raw: raw)
        var address = try self.address(of: path.lastComponent, in: folder)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(raw, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if result == 0 { return connection }
        if errno == ECONNREFUSED || errno == ENOENT { return nil }
        throw .system("connecting to", path)
    }

    /// The address of the entry `name` of the folder behind `handle`, short enough whatever the folder's path is.
    static func address(of name: [UInt8], in handle: borrowing Descriptor) throws(StoreError) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array("/proc/self/fd/\(handle.raw)/".utf8) + name
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw .system("connecting to", RealPath(path), errno: ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        return address
    }

    /// Sends `message` and waits for the one-byte answer.
    ///
    /// - Returns: false where the other side has gone.
    static func exchange(_ message: [UInt8], over socket: Int32) throws(StoreError) -> Bool {
        var sent = 0
        while sent < message.count {
            let count = message.withUnsafeBytes { bytes in
                retryingInterrupts {
                    send(socket, bytes.baseAddress.unsafelyUnwrapped + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
            }
            if count < 0 {
                if errno == EPIPE || errno == ECONNRESET { return false }
                throw .system("writing to", "gc-socket")
            }
            sent += count
        }
        var answer: UInt8 = 0
        let count = retryingInterrupts { recv(socket, &answer, 1, 0) }
        if count < 0, errno != ECONNRESET { throw .system("reading from", "gc-socket") }
        return count == 1 && answer == UInt8(ascii: "1")
    }
}
