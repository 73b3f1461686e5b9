internal import CProcess
package import Glibc
import NixFetch
package import NixFormats

/// A program that was started with everything about it given: arguments, environment, folder, where its output goes.
///
/// It leads a process group of its own, so that ending it ends what it started.
package struct ChildProcess: Sendable {
    /// The process, and the group it leads.
    package let identifier: pid_t

    /// How a process ended.
    package enum Ending: Equatable, Sendable {
        case exited(Int32)
        case signalled(Int32)
    }

    /// Where the program's standard output and error go.
    package enum Output: Sendable {
        /// Both into this descriptor.
        case descriptor(Int32)
        /// The ones of this process.
        case inherited
    }

    /// Starts `program`.
    ///
    /// - Parameters:
    ///   - arguments: argument 0 first.
    ///   - environment: `NAME=value` strings.
    /// - Throws: `ChildProcessError` with the error number where it could not be started.
    package init(
        program: ByteString, arguments: [ByteString], environment: [ByteString], directory: ByteString?,
        output: Output, ownGroup: Bool = true
    ) throws(ChildProcessError) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if case .descriptor(let descriptor) = output {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_adddup2(&actions, descriptor, STDOUT_FILENO)
            posix_spawn_file_actions_adddup2(&actions, descriptor, STDERR_FILENO)
            _ = nixlite_spawn_add_closefrom(&actions, STDERR_FILENO + 1)
        }
        if let directory {
            Self.withCString(directory) { _ = nixlite_spawn_add_chdir(&actions, $0) }
        }
        var identifier: pid_t = 0
        let status = SpawnAttributes.with(ownGroup ? POSIX_SPAWN_SETPGROUP : 0) { attributes in
            posix_spawnattr_setpgroup(&attributes, 0)
            return Self.withCStrings(arguments) { arguments in
                Self.withCStrings(environment) { environment in
                    Self.withCString(program) {
                        posix_spawn(&identifier, $0, &actions, &attributes, arguments, environment)
                    }
                }
            }
        }
        guard status == 0 else { throw ChildProcessError(code: status) }
        self.identifier = identifier
    }

    /// Waits until the process ends.
    package func wait() -> Ending {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0 && errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
    }

    /// Ends the process and its group at once.
    package func kill() {
        _ = Glibc.kill(-identifier, SIGKILL)
    }

    private static func withCString<Result>(_ text: ByteString, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (text.bytes + [0]).withUnsafeBytes { body($0.assumingMemoryBound(to: CChar.self).baseAddress!) }
    }

    /// Calls `body` with a null-terminated array of C strings.
    package static func withCStrings<Result>(
        _ texts: [ByteString], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { text in
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.count + 1)
            for (index, byte) in text.bytes.enumerated() { copy[index] = CChar(bitPattern: byte) }
            copy[text.count] = 0
            return copy
        }
        pointers.append(nil)
        defer { for pointer in pointers { pointer?.deallocate() } }
        return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
    }
}

/// A program that could not be started.
package struct ChildProcessError: Error, Equatable, CustomStringConvertible {
    /// The error number.
    package let code: Int32

    /// What the system says about it.
    package var description: String { String(cString: strerror(code)) }
}
