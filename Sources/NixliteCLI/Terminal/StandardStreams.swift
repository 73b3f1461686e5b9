import Glibc

/// Writes whole buffers to standard output and error.
enum StandardStreams {
    /// Writes data to standard output; a reader that went away ends the program as SIGPIPE would.
    static func output(_ bytes: [UInt8]) {
        if !write(bytes, to: STDOUT_FILENO) && errno == EPIPE { _exit(ProgramExit.brokenPipe) }
    }

    static func output(_ text: String) { output(Array(text.utf8)) }

    /// Writes a message to standard error; nobody listening is no reason to stop.
    static func error(_ text: String) { _ = write(Array(text.utf8), to: STDERR_FILENO) }

    static func error(_ bytes: [UInt8]) { _ = write(bytes, to: STDERR_FILENO) }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let written = Glibc.write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
                if written < 0 {
                    if errno == EINTR { continue }
                    return false
                }
                offset += written
            }
            return true
        }
    }
}
