import Glibc
import NixBuild

/// Ends the program when the user interrupts it, with the exit code that a shell gives such an end.
///
/// Builders and transfers are told first. Everything on disk is such that a process may be killed at any moment, so nothing else
/// has to be waited for.
enum SignalWatch {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]
    /// Microseconds that transfers get to write down how far they are.
    private static let grace: UInt32 = 300_000

    /// Starts to watch; threads that are started from now on leave the signals to the watching one.
    ///
    /// - Parameter interruption: is asked first what an interrupt is for.
    static func start(_ cancellation: Cancellation, _ terminal: Terminal, _ interruption: InterruptTarget? = nil) {
        var set = signalSet()
        pthread_sigmask(SIG_BLOCK, &set, nil)
        Blocking.startThread {
            var set = signalSet()
            var number: Int32 = 0
            repeat {
                while sigwait(&set, &number) != 0 {}
            } while number == SIGINT && interruption?.interrupt() == true
            cancellation.cancel()
            StandardStreams.error("\(terminal.error("error:")) interrupted by the user\n")
            usleep(grace)
            _exit(128 + number)
        }
    }

    /// Undoes the blocking, for a program that takes this one's place.
    static func stop() {
        var set = signalSet()
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    private static func signalSet() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }
}
