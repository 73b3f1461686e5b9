internal import CProcess
import Glibc
import NixFormats

/// Programs of this machine that are run for their output.
package enum ProgramRun {
    /// How a run failed: the last line that it said, or how it ended.
    package struct Failure: Error {
        package let message: String
    }

    /// Runs a program and returns what it wrote to its standard output and error, without the last newline.
    package static func output(
        _ program: String, arguments: [String], environment: [String: String], directory: String? = nil
    ) throws(Failure) -> String {
        var ends: [Int32] = [0, 0]
        guard nixlite_pipe(&ends) == 0 else { throw Failure(message: String(cString: strerror(errno))) }
        defer { close(ends[0]) }
        let child: ChildProcess
        do throws(ChildProcessError) {
            defer { close(ends[1]) }
            child = try ChildProcess(
                program: ByteString(program), arguments: arguments.map { ByteString($0) },
                environment: environment.map { ByteString("\($0.key)=\($0.value)") },
                directory: directory.map { ByteString($0) }, output: .descriptor(ends[1]))
        } catch {
            throw Failure(message: "executing '\(program)': \(error)")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(ends[0], &buffer, buffer.count)
            if count > 0 {
                bytes += buffer[..<count]
            } else if count == 0 || errno != EINTR {
                break
            }
        }
        var text = String(decoding: bytes, as: UTF8.self)
        if text.hasSuffix("\n") { text.removeLast() }
        switch child.wait() {
        case .exited(0): return text
        case .exited(let code):
            let last = text.split(separator: "\n").last.map(String.init)
            throw Failure(message: last ?? "it failed with exit code \(code)")
        case .signalled(let signal): throw Failure(message: "it was ended by signal \(signal)")
        }
    }
}

/// Where programs are.
package enum ProgramSearch {
    /// The first executable file of that name in the folders of `path`.
    package static func find(_ name: String, path: String) -> String? {
        for folder in path.split(separator: ":") {
            let candidate = "\(folder)/\(name)"
            if access(candidate, X_OK) == 0, !Paths.isDirectory(candidate) { return candidate }
        }
        return nil
    }
}
