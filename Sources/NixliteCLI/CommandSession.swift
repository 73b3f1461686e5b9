import Glibc
import NixBuild
import NixEval
import NixFetch
import NixStore
import NixSyntax

/// Makes a session of a command's flags, runs the command in it on the evaluation thread, and words its failure.
struct CommandSession {
    let global: GlobalArguments
    let evaluation: EvaluationArguments
    var build: BuildArguments?
    /// Makes thunks wherever Nix does.
    var isExactlyLazy = false
    /// Whether store paths are only computed.
    var writesNothing = false
    /// Whether a failed build ends with the exit codes of `nix-build`.
    var usesLegacyExitCodes = false
    /// Whether to say what will be built and that it is begun.
    var showsPlan = true
    /// Told everything that the display is told.
    var observer: BuildReporter?

    /// Runs `body` with a session that was entered.
    func run(_ body: (Session, ProgressDisplay) throws -> Void) throws {
        let settings = try settings()
        let terminal = Terminal()
        let display = ProgressDisplay(terminal, verbosity, global.displayFormat)
        let cancellation = Cancellation()
        SignalWatch.start(cancellation, terminal)
        let result: Result<Void, any Error> = EvaluationThread.run {
            let session: Session
            do throws(ProjectError) {
                session = try Session(
                    settings, cancellation: cancellation,
                    report: { [observer] event in
                        observer?(event)
                        display.report(event)
                    })
            } catch {
                return .failure(CommandFailure(error.message))
            }
            do {
                if let notice = session.access.notice { display.report(.warning(notice)) }
                try session.enter()
                try body(session, display)
                display.finish()
                notePlaceholders(session, display)
                return .success(())
            } catch {
                display.finish()
                return .failure(failure(error, session, terminal))
            }
        }
        // The watching thread ends the program.
        while cancellation.isCancelled { pause() }
        try result.get()
    }

    /// Names the packages that nobody has built, in one line.
    private func notePlaceholders(_ session: Session, _ display: ProgressDisplay) {
        let names = session.host.placeholders.sorted()
        guard !names.isEmpty else { return }
        display.report(.note("note: these packages are placeholders: \(names.joined(separator: ", "))"))
    }

    /// What a command's error is to the program: its message printed or to be printed, and an exit code.
    private func failure(_ error: any Error, _ session: Session, _ terminal: Terminal) -> any Error {
        switch error {
        case let error as EvaluationError: return evaluationFailure(error, session)
        case SessionError.evaluation(let error): return evaluationFailure(error, session)
        case SessionError.project(let error): return CommandFailure(error.message)
        case SessionError.host(let error):
            return CommandFailure(error.message, code: exitCode(error.buildExitCode))
        case SessionError.realisation(let error):
            return CommandFailure(error.message, code: exitCode(error.legacyExitCode))
        case let error as RealisationError:
            return CommandFailure(error.message, code: exitCode(error.legacyExitCode))
        case let error as HostError: return CommandFailure(error.message, code: exitCode(error.buildExitCode))
        case let error as ProjectError: return CommandFailure(error.message)
        case let error as StoreError: return CommandFailure(error.message)
        case let error as BuildFailure: return CommandFailure(error.message)
        default: return error
        }
    }

    private func evaluationFailure(_ error: EvaluationError, _ session: Session) -> CommandFailure {
        let text = TerminalText.filtered(session.evaluator.render(error))
        if global.displayFormat == .json {
            return CommandFailure(ErrorText.unprefixed(text), code: exitCode(error.buildExitCode))
        }
        StandardStreams.error(text)
        if error.kind == .usage {
            let program = usesLegacyExitCodes ? "nix-instantiate" : "nixlite"
            StandardStreams.error("Try '\(program) --help' for more information.\n")
        }
        return CommandFailure(nil, code: exitCode(error.buildExitCode))
    }

    private func exitCode(_ legacy: Int32?) -> Int32 {
        usesLegacyExitCodes ? legacy ?? ProgramExit.failure : ProgramExit.failure
    }

    private var verbosity: ProgressDisplay.Verbosity {
        var verbosity = ProgressDisplay.Verbosity()
        verbosity.showsSteps = global.quiet == 0
        verbosity.showsPlan = showsPlan || global.verbose > 0
        verbosity.showsFiles = global.verbose > 0
        verbosity.showsWarnings = global.quiet < 2
        verbosity.showsLogs =
            global.printBuildLogs || global.logFormat == .barWithLogs || global.verbose > 1 || usesLegacyExitCodes
        return verbosity
    }

    private func settings() throws -> SessionSettings {
        var settings = SessionSettings()
        settings.store = global.store
        settings.evaluation = try evaluationOptions()
        settings.build = try buildOptions()
        settings.downloads = try downloaderOptions()
        settings.arguments =
            evaluation.arg.map { ($0.name, .expression($0.value)) }
            + evaluation.argstr.map { ($0.name, .text($0.value)) }
        settings.usesLockedInputs = evaluation.nixpkgs == .locked
        settings.forbidsPlaceholders = evaluation.noPlaceholders
        settings.writesNothing = writesNothing
        settings.overrides = Dictionary(evaluation.overrideInput.map { ($0.name, $0.value) }) { _, new in new }
        return settings
    }

    private func evaluationOptions() throws -> EvaluationOptions {
        var options = EvaluationOptions()
        options.features = ParseOptions.Features(pipeOperators: global.features.contains("pipe-operators"))
        options.experimentalFeatures = global.features
        // What nix-instantiate has only on request, a program for projects and their inputs always has.
        if !usesLegacyExitCodes { options.experimentalFeatures.insert("flakes") }
        if options.experimentalFeatures.contains("flakes") { options.experimentalFeatures.insert("fetch-tree") }
        options.showsTrace = global.showTrace
        options.isPure = evaluation.pureEval
        options.isRestricted = evaluation.restrictEval
        options.isExactlyLazy = isExactlyLazy
        if let depth = global.setting("max-call-depth").flatMap({ Int($0) }) { options.maximumCallDepth = depth }
        options.tracesVerbosely = global.setting("trace-verbose") == "true"
        options.abortsOnWarning = global.setting("abort-on-warn") == "true"
        if global.setting("allow-import-from-derivation") == "false" { options.allowsImportFromDerivation = false }
        if let interval = EnvironmentVariable.value("NIXLITE_GC_STRESS").flatMap({ Int($0) }), interval > 0 {
            options.collectorStress = interval
        }
        options.maximumHeap = MemoryLimit.heapBytes
        let environmentPath = EnvironmentVariable.value("NIX_PATH") ?? ""
        options.searchPath = evaluation.include.map(SearchPathEntry.parse) + SearchPathEntry.list(environmentPath)
        return options
    }

    /// `--max-connections`, and Nix's settings of the same meaning.
    private func downloaderOptions() throws -> DownloaderOptions {
        var options = DownloaderOptions()
        func number(_ name: String) throws -> Int? {
            guard let text = global.setting(name) else { return nil }
            guard let number = Int(text), number >= 0 else {
                throw UsageError("configuration setting '\(name)' should be an integer", suggestsHelp: false)
            }
            return number
        }
        // 0 is no limit for Nix; connections beyond these gain nothing.
        if let connections = try number("http-connections") {
            options.maxConnections = connections > 0 ? connections : 64
        }
        if let connections = build?.maxConnections {
            guard connections > 0 else {
                throw UsageError("'--max-connections' must be at least 1", suggestsHelp: false)
            }
            options.maxConnections = connections
        }
        options.filesPerModel = min(options.filesPerModel, options.maxConnections)
        if let seconds = try number("connect-timeout"), seconds > 0 { options.connectTimeout = Double(seconds) }
        if let seconds = try number("stalled-download-timeout") { options.stallTimeout = Double(max(1, seconds)) }
        if let attempts = try number("download-attempts") { options.retry.maxAttempts = max(1, attempts) }
        return options
    }

    private func buildOptions() throws -> BuildOptions {
        var options = BuildOptions()
        options.isOffline = global.offline
        if let build {
            options.keepGoing = build.keepGoing
            options.keepFailed = build.keepFailed
            options.rebuilds = build.rebuild
            options.timeout = build.timeout
            options.maxSilentTime = build.maxSilentTime
            if let lines = build.logLines { options.logLines = lines }
        }
        // The log is on the screen already.
        if usesLegacyExitCodes || global.printBuildLogs { options.logLines = 0 }
        let processors = Processors.count
        options.cores = build?.cores.flatMap { $0 > 0 ? $0 : nil } ?? processors
        options.maxJobs = processors
        if let jobs = build?.maxJobs, jobs != "auto" {
            guard let number = Int(jobs), number >= 0 else {
                throw UsageError("configuration setting 'max-jobs' should be 'auto' or an integer", suggestsHelp: false)
            }
            options.maxJobs = number
            options.maxFetches = max(1, number)
        }
        return options
    }
}
