internal import CProcess
import Glibc
import Synchronization

/// A program that a source asks for something: `git`, `ssh`, a `credential_process`.
///
/// It runs in a session of its own, so that it has no terminal to ask questions at and ends with what it started.
package struct HelperProgram: Sendable {
    /// Name, searched on PATH, or path; then the arguments.
    let command: [String]
    /// `NAME: value`, everything the program sees.
    let environment: [String: String]
    /// What it reads on standard input.
    let input: [UInt8]
    /// Bytes of standard output before the program is ended.
    let limit: Int

    package init(command: [String], environment: [String: String], input: [UInt8] = [], limit: Int = 1 << 30) {
        self.command = command
        self.environment = environment
        self.input = input
        self.limit = limit
    }

    /// What a program that ran to its end said.
    package struct Output: Sendable {
        /// The exit code, or 128 and the number of the signal that ended it.
        package let status: Int32
        /// The signal that ended it.
        package let signal: Int32?
        package let bytes: [UInt8]
        /// The end of standard error, at most 64 KiB.
        package let errors: String

        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// Why a program has no output.
    package enum Failure: Error {
        /// There is no such program.
        case missing
        /// It could not be started, with the system's words.
        case start(String)
        /// It wrote more than the limit.
        case tooLong
        case cancelled
    }

    /// Runs the program to its end, on a thread of its own; cancelling the task ends it.
    package func run() async throws(Failure) -> Output {
        let run = try HelperRun(self)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in run.start { continuation.resume(returning: $0) } }
        } onCancel: {
            run.cancel()
        }
        return try result.get()
    }

    /// The same, with failures in words for the user.
    ///
    /// - Parameters:
    ///   - name: what messages call the program.
    ///   - hint: what to do where it is missing.
    func run(as name: String, hint: String? = nil) async throws(FetchError) -> Output {
        let name = name.printable
        do throws(Failure) {
            return try await run()
        } catch {
            switch error {
            case .missing:
                throw FetchError(.file(ENOENT), "the program '\(name)' is needed and not on PATH", hint: hint)
            case .start(let words): throw FetchError(.file(ENOENT), "cannot start the program '\(name)': \(words)")
            case .tooLong: throw FetchError(.verification, "the program '\(name)' wrote too much")
            case .cancelled: throw FetchError(.cancelled, "interrupted while waiting for '\(name)'")
            }
        }
    }

    /// The program's file: what has a slash is one, anything else is searched on PATH.
    fileprivate var path: String? {
        guard let name = command.first else { return nil }
        if name.contains("/") { return name }
        let folders = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        return folders.split(separator: ":").map { "\($0)/\(name)" }.first { candidate in
            var status = stat()
            return access(candidate, X_OK) == 0 && stat(candidate, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        }
    }
}

/// One run: the process and the pipes to it.
private final class HelperRun: Sendable {
    private let identifier: pid_t
    private let input: [UInt8]
    private let limit: Int
    private let standardInput: Mutex<Descriptor?>
    private let standardOutput: Descriptor
    private let standardError: Descriptor
    private let completion = Mutex<(@Sendable (Result<HelperProgram.Output, HelperProgram.Failure>) -> Void)?>(nil)
    /// Whether the process is gone, after which its number may be another's.
    private let isOver = Mutex(false)
    private let isCancelled = Atomic(false)

    init(_ program: HelperProgram) throws(HelperProgram.Failure) {
        guard let path = program.path else { throw .missing }
        let (inputRead, inputWrite) = try Self.pipe()
        let (outputRead, outputWrite) = try Self.pipe()
        let (errorRead, errorWrite) = try Self.pipe()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, inputRead.number, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, outputWrite.number, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errorWrite.number, STDERR_FILENO)
        _ = nixlite_spawn_add_closefrom(&actions, STDERR_FILENO + 1)
        let variables = program.environment.map { "\($0.key)=\($0.value)" }
        var identifier: pid_t = 0
        // POSIX_SPAWN_SETSID, which is declared for GNU sources only.
        let status = SpawnAttributes.with(0x80) { attributes in
            Self.withCStrings(program.command) { arguments in
                Self.withCStrings(variables) { posix_spawn(&identifier, path, &actions, &attributes, arguments, $0) }
            }
        }
        guard status == 0 else { throw .start(String(cString: strerror(status))) }
        self.identifier = identifier
        input = program.input
        limit = program.limit
        standardInput = Mutex(inputWrite)
        standardOutput = outputRead
        standardError = errorRead
        withExtendedLifetime((inputRead, outputWrite, errorWrite)) {}
    }

    private static func pipe() throws(HelperProgram.Failure) -> (read: Descriptor, write: Descriptor) {
        var ends: [Int32] = [0, 0]
        guard nixlite_pipe(&ends) == 0 else { throw .start(String(cString: strerror(errno))) }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
    }

    private static func withCStrings<Result>(
        _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers = texts.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
    }

    /// Follows the program on a new thread and reports once.
    func start(_ completion: @escaping @Sendable (Result<HelperProgram.Output, HelperProgram.Failure>) -> Void) {
        self.completion.withLock { $0 = completion }
        var thread = pthread_t()
        let me = Unmanaged.passRetained(self)
        let status = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<HelperRun>.fromOpaque(argument).takeRetainedValue().follow() }
                return nil
            }, me.toOpaque())
        guard status == 0 else {
            me.release()
            cancel()
            finish(.failure(.start(String(cString: strerror(status)))))
            return
        }
        pthread_detach(thread)
    }

    /// Ends the program and what it started.
    func cancel() {
        isCancelled.store(true, ordering: .relaxed)
        isOver.withLock { if !$0 { _ = kill(-identifier, SIGKILL) } }
    }

    private func finish(_ result: Result<HelperProgram.Output, HelperProgram.Failure>) {
        completion.withLock { completion in
            completion?(result)
            completion = nil
        }
    }

    /// Whether the process has ended; it stays to be waited for.
    private var hasEnded: Bool {
        var information = siginfo_t()
        return waitid(P_PID, id_t(identifier), &information, WEXITED | WNOHANG | WNOWAIT) == 0
            && information.si_signo == SIGCHLD
    }

    private func follow() {
        // A program that does not read its input to the end is no reason to die.
        var pipeSignal = sigset_t()
        sigemptyset(&pipeSignal)
        sigaddset(&pipeSignal, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipeSignal, nil)
        var streams = HelperStreams(input: input, limit: limit)
        standardInput.withLock { standardInput in
            streams.pump(input: &standardInput, output: standardOutput, errors: standardError) { hasEnded }
        }
        if streams.isTooLong { isOver.withLock { if !$0 { _ = kill(-identifier, SIGKILL) } } }
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0 && errno == EINTR {}
        isOver.withLock { $0 = true }
        if isCancelled.load(ordering: .relaxed) { return finish(.failure(.cancelled)) }
        if streams.isTooLong { return finish(.failure(.tooLong)) }
        let signal = status & 0x7F
        finish(
            .success(
                HelperProgram.Output(
                    status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, signal: signal == 0 ? nil : signal,
                    bytes: streams.output,
                    errors: String(decoding: streams.errors, as: UTF8.self))))
    }
}

/// The bytes on their way to and from a program.
private struct HelperStreams {
    private let input: [UInt8]
    private let limit: Int
    private var sent = 0
    private(set) var output: [UInt8] = []
    private(set) var errors: [UInt8] = []
    private(set) var isTooLong = false
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    init(input: [UInt8], limit: Int) {
        self.input = input
        self.limit = limit
    }

    /// Moves bytes until both outputs have ended, or the program has and is silent.
    ///
    /// What it left running in the background (a shared connection of ssh's) may keep them open. Closes the input when all
    /// of it is sent.
    mutating func pump(
        input: inout Descriptor?, output: Descriptor, errors: Descriptor, until hasEnded: () -> Bool
    ) {
        if let number = input?.number { _ = fcntl(number, F_SETFL, O_NONBLOCK) }
        var isOutputOpen = true
        var isErrorOpen = true
        while (isOutputOpen || isErrorOpen) && !isTooLong {
            send(&input)
            var entries = [
                pollfd(fd: isOutputOpen ? output.number : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isErrorOpen ? errors.number : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: input?.number ?? -1, events: Int16(POLLOUT), revents: 0),
            ]
            let isOver = hasEnded()
            let count = poll(&entries, 3, isOver ? 0 : 100)
            guard count >= 0 || errno == EINTR else { break }
            if count == 0, isOver { break }
            if count <= 0 { continue }
            if entries[0].revents != 0 { isOutputOpen = receive(output, intoErrors: false) }
            if entries[1].revents != 0 { isErrorOpen = receive(errors, intoErrors: true) }
        }
        input = nil
    }

    private mutating func send(_ descriptor: inout Descriptor?) {
        while let number = descriptor?.number, sent < input.count {
            let count = input.withUnsafeBytes { write(number, $0.baseAddress.map { $0 + sent }, input.count - sent) }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                sent = input.count
            }
        }
        descriptor = nil
    }

    /// Reads once; false at the end.
    private mutating func receive(_ descriptor: Descriptor, intoErrors: Bool) -> Bool {
        let count = read(descriptor.number, &buffer, buffer.count)
        guard count > 0 else { return count < 0 && errno == EINTR }
        if intoErrors {
            errors += buffer[..<count]
            if errors.count > 64 << 10 { errors.removeFirst(errors.count - (64 << 10)) }
        } else {
            output += buffer[..<count]
            isTooLong = output.count > limit
        }
        return true
    }
}
