import Glibc
import NixBuild
import NixEval

/// The observers of calls that settings ask for: `trace-function-calls` and `eval-profiler`.
final class CallObservation {
    private let evaluator: Evaluator
    private var profiler: StackProfiler?
    private var profile: Int32 = -1

    /// Nix's `eval-profiler-frequency` and `eval-profile-file` where nothing is set.
    private static let defaultFrequency = 99
    private static let defaultFile = "nix.profile"

    /// Starts to observe; nil where nothing asks for it.
    ///
    /// - Throws: `CommandFailure` where the profile cannot be written.
    init?(_ evaluator: Evaluator, _ settings: NixSettings) throws(CommandFailure) {
        self.evaluator = evaluator
        var observers: [any CallObserver] = []
        if settings.flag("trace-function-calls") == true {
            observers.append(CallTracer(evaluator) { StandardStreams.error($0 + "\n") })
        }
        if settings["eval-profiler"] == "flamegraph" {
            let file = settings["eval-profile-file"] ?? Self.defaultFile
            let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o660)
            guard descriptor >= 0 else {
                throw CommandFailure("opening file \"\(file)\": \(String(cString: strerror(errno)))")
            }
            profile = descriptor
            let frequency = settings.integer("eval-profiler-frequency") ?? Self.defaultFrequency
            let made = StackProfiler(evaluator, frequency: frequency) {
                // A profile that the disk has no room for is cut short.
                _ = SmallFile.write($0, to: descriptor)
            }
            profiler = made
            observers.append(made)
        }
        switch observers.count {
        case 0: return nil
        case 1: evaluator.observe(observers[0])
        default: evaluator.observe(CallObservers(observers))
        }
    }

    /// Ends the observation and writes what is left of the profile.
    func finish() {
        evaluator.observe(nil)
        profiler?.flush()
        if profile >= 0 { close(profile) }
    }
}
