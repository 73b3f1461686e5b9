import Glibc
import Synchronization

/// What an interrupt of the user's does in a repl: at the prompt it drops the line, during an evaluation it stops that.
final class ReplInterrupts: Sendable {
    private enum State { case elsewhere, atPrompt, evaluating }

    private struct Shared {
        var state = State.elsewhere
        var wasInterrupted = false
    }

    private let shared = Mutex(Shared())
    /// A byte here wakes whoever waits for the next character.
    private let wakeReader: Int32
    private let wakeWriter: Int32
    /// Stops what is evaluated, fetched and built, or lets it begin again.
    private let stop: @Sendable (Bool) -> Void

    /// - Parameter stop: takes true to stop what goes on, false before the next text.
    init(stop: @escaping @Sendable (Bool) -> Void) {
        var ends: [Int32] = [-1, -1]
        _ = pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (wakeReader, wakeWriter) = (ends[0], ends[1])
        self.stop = stop
    }

    deinit {
        close(wakeReader)
        close(wakeWriter)
    }

    /// Takes an interrupt; false where it should end the program.
    func interrupt() -> Bool {
        shared.withLock { shared in
            // A second one that comes before the first had an effect means it.
            guard !shared.wasInterrupted, shared.state != .elsewhere else { return false }
            shared.wasInterrupted = true
            if shared.state == .evaluating {
                stop(true)
            } else {
                var byte: UInt8 = 0
                _ = write(wakeWriter, &byte, 1)
            }
            return true
        }
    }

    /// Runs an evaluation or a build that an interrupt stops.
    ///
    /// - Throws: `ReplError.interrupted` where one did.
    func evaluating<Result>(_ body: () throws -> Result) throws -> Result {
        shared.withLock { $0 = Shared(state: .evaluating) }
        defer {
            shared.withLock { $0 = Shared() }
            stop(false)
        }
        do { return try body() } catch { throw wasInterrupted ? ReplError.interrupted : error }
    }

    /// Whether what goes on was stopped.
    var wasInterrupted: Bool { shared.withLock { $0.wasInterrupted } }

    /// The same for what completion evaluates while a line is being edited.
    func evaluatingAtPrompt<Result>(_ body: () throws -> Result) throws -> Result {
        defer { beginPrompt() }
        return try evaluating(body)
    }

    func beginPrompt() { shared.withLock { $0 = Shared(state: .atPrompt) } }

    /// Whether the line was interrupted.
    func endPrompt() -> Bool {
        shared.withLock { shared in
            defer { shared = Shared() }
            return shared.wasInterrupted
        }
    }

    /// The next byte of standard input; a line break where the user interrupts, nil at the end.
    func nextByte() -> UInt8? {
        while true {
            var waits = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wakeReader, events: Int16(POLLIN), revents: 0),
            ]
            if poll(&waits, 2, -1) < 0 {
                if errno == EINTR { continue }
                return nil
            }
            var byte: UInt8 = 0
            if waits[1].revents != 0 {
                _ = read(wakeReader, &byte, 1)
                return UInt8(ascii: "\n")
            }
            let count = read(STDIN_FILENO, &byte, 1)
            if count == 1 { return byte }
            if count < 0, errno == EINTR { continue }
            return nil
        }
    }
}

/// Where the thread that waits for signals finds whom an interrupt is for.
final class InterruptTarget: Sendable {
    private let target = Mutex<ReplInterrupts?>(nil)

    func set(_ interrupts: ReplInterrupts) { target.withLock { $0 = interrupts } }

    /// Takes an interrupt; false where it should end the program.
    func interrupt() -> Bool { target.withLock { $0 }?.interrupt() ?? false }
}
