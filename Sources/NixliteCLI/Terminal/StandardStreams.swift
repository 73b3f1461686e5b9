import Glibc
import NixBuild
import NixFormats

/// Writes whole buffers to standard output and error.
enum StandardStreams {
    /// Writes data to standard output.
    ///
    /// A reader that went away ends the program as SIGPIPE would; any other failure, such as a full disk, ends it with
    /// Nix's message.
    static func output(_ bytes: [UInt8]) {
        if SmallFile.write(bytes, to: STDOUT_FILENO) { return }
        let problem = errno
        if problem == EPIPE { _exit(ProgramExit.brokenPipe) }
        // Nix counts a line without its end.
        let count = bytes.last == UInt8(ascii: "\n") ? bytes.count - 1 : bytes.count
        error("error: write of \(count) bytes: \(String(cString: strerror(problem)))\n")
        _exit(ProgramExit.failure)
    }

    static func output(_ text: String) { output(Array(text.utf8)) }

    /// Writes data and the end of a line to standard output.
    static func outputLine(_ bytes: [UInt8]) { output(bytes + [UInt8(ascii: "\n")]) }

    static func outputLine(_ text: ByteString) { outputLine(text.bytes) }

    /// Writes a message to standard error; nobody listening is no reason to stop.
    static func error(_ text: String) { error(Array(text.utf8)) }

    static func error(_ bytes: [UInt8]) { _ = SmallFile.write(bytes, to: STDERR_FILENO) }
}
