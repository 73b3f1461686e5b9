import Glibc
import NixBuild
import NixFormats

/// Writes whole buffers to standard output and error.
enum StandardStreams {
    /// Writes data to standard output; a reader that went away ends the program as SIGPIPE would.
    static func output(_ bytes: [UInt8]) {
        if !SmallFile.write(bytes, to: STDOUT_FILENO) && errno == EPIPE { _exit(ProgramExit.brokenPipe) }
    }

    static func output(_ text: String) { output(Array(text.utf8)) }

    /// Writes data and the end of a line to standard output.
    static func outputLine(_ bytes: [UInt8]) { output(bytes + [UInt8(ascii: "\n")]) }

    static func outputLine(_ text: ByteString) { outputLine(text.bytes) }

    /// Writes a message to standard error; nobody listening is no reason to stop.
    static func error(_ text: String) { error(Array(text.utf8)) }

    static func error(_ bytes: [UInt8]) { _ = SmallFile.write(bytes, to: STDERR_FILENO) }
}
