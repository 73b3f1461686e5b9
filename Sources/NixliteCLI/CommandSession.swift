import Glibc
import NixBuild
import NixEval
import NixFetch
import NixStore
import NixSyntax

/// Makes a session of a command's flags, runs the command in it on the evaluation thread, and words its failure.
struct CommandSession {
    let flags: SessionFlags
    /// Makes thunks wherever Nix does.
    var isExactlyLazy = false
    /// Whether store paths are only computed.
    var writesNothing = false
    /// Whether a failed build ends with the exit codes of `nix-build`.
    var usesLegacyExitCodes = false
    /// Whom an interrupt of the user's is for, before it ends the program.
    var interruption: InterruptTarget?
    /// Whether to say what will be built and that it is begun.
    var showsPlan = true
    /// Told everything that the display is told.
    var observer: BuildReporter?

    init(
        flags: SessionFlags, isExactlyLazy: Bool = false, writesNothing: Bool = false, usesLegacyExitCodes: Bool = false
    ) {
        self.flags = flags
        self.isExactlyLazy = isExactlyLazy
        self.writesNothing = writesNothing
        self.usesLegacyExitCodes = usesLegacyExitCodes
    }

    init(
        global: GlobalArguments, evaluation: EvaluationArguments, build: BuildArguments? = nil
    ) throws(UsageError) {
        flags = try SessionFlags(global, evaluation, build)
    }

    /// Runs `body` with a session that was entered.
    func run(_ body: (Session, ProgressDisplay) throws -> Void) throws {
        let settings = try settings()
        let terminal = Terminal()
        let display = ProgressDisplay(terminal, verbosity, flags.displayFormat)
        let cancellation = Cancellation()
        SignalWatch.start(cancellation, terminal, interruption)
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
                return .failure(error.isMisuse ? UsageError(error.message) : CommandFailure(error.message))
            }
            do {
                for name in flags.settings.unknown { display.report(.warning("unknown setting '\(name)'")) }
                if let warns = flags.settings.flag("warn-short-path-literals") {
                    let level = warns ? "warn" : "ignore"
                    display.report(
                        .warning(
                            "'warn-short-path-literals' is deprecated, use 'lint-short-path-literals = \(level)' instead"
                        ))
                }
                for name in flags.settings.unknownFeatures {
                    let words =
                        name == "no-url-literals"
                        ? "experimental feature 'no-url-literals' has been stabilized and renamed; use 'lint-url-literals = fatal' setting instead"
                        : "unknown experimental feature '\(name)'"
                    display.report(.warning(words))
                }
                for warning in flags.warnings { display.report(.warning(warning)) }
                if let notice = session.access.notice { display.report(.warning(notice)) }
                try session.enter()
                let observation = try CallObservation(session.evaluator, flags.settings)
                defer {
                    observation?.finish()
                    EvaluationStatistics.writeIfAsked(session.evaluator)
                }
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
        if flags.displayFormat == .json {
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
        verbosity.showsSteps = flags.quiet == 0
        verbosity.showsPlan = showsPlan || flags.verbose > 0
        verbosity.showsFiles = flags.verbose > 0
        // Nix's programs say nothing of a fetch that went well.
        verbosity.showsSummaries = !usesLegacyExitCodes || flags.verbose > 0
        verbosity.showsWarnings = flags.quiet < 2
        verbosity.showsLogs =
            flags.printsBuildLogs || flags.logFormat == .barWithLogs || flags.verbose > 1
            || usesLegacyExitCodes && !flags.hidesBuildOutput
        return verbosity
    }

    private func settings() throws -> SessionSettings {
        var settings = SessionSettings()
        settings.store = flags.chosenStore
        settings.evaluation = evaluationOptions()
        settings.build = buildOptions()
        settings.downloads = try downloaderOptions()
        settings.signatures = signatureOptions()
        settings.arguments = flags.arguments
        settings.usesLockedInputs = flags.nixpkgs == .locked
        settings.forbidsPlaceholders = flags.forbidsPlaceholders
        settings.flakeOverrides = flags.flakeOverrides
        settings.overrides = Dictionary(flags.overrides.map { ($0.name, $0.url) }) { _, new in new }
        settings.writesNothing = writesNothing
        settings.dirtyTrees.isAllowed = flags.settings.flag("allow-dirty") ?? true
        settings.dirtyTrees.isWarned = flags.settings.flag("warn-dirty") ?? true
        if let registry = flags.settings["flake-registry"] { settings.flakeRegistry = registry }
        if let seconds = flags.settings.integer("tarball-ttl") { settings.fetchLifetime = Int64(clamping: seconds) }
        if flags.refreshes { settings.fetchLifetime = 0 }
        if flags.isOffline { settings.fetchLifetime = .max }
        return settings
    }

    private func evaluationOptions() -> EvaluationOptions {
        var options = EvaluationOptions()
        let settings = flags.settings
        options.features = ParseOptions.Features(
            pipeOperators: settings.list("experimental-features").contains("pipe-operators"))
        options.lints = settings.lints
        options.experimentalFeatures = settings.experimentalFeatures
        // What nix-instantiate has only on request, a program for projects and their inputs always has.
        if !usesLegacyExitCodes { options.experimentalFeatures.insert("flakes") }
        if options.experimentalFeatures.contains("flakes") { options.experimentalFeatures.insert("fetch-tree") }
        options.showsTrace = settings.flag("show-trace") == true
        options.isPure = settings.flag("pure-eval") == true
        options.isRestricted = settings.flag("restrict-eval") == true
        options.allowedURIs = settings.list("allowed-uris")
        options.isExactlyLazy = isExactlyLazy
        if let depth = settings.integer("max-call-depth") { options.maximumCallDepth = depth }
        options.tracesVerbosely = settings.flag("trace-verbose") == true
        options.abortsOnWarning = settings.flag("abort-on-warn") == true
        options.allowsImportFromDerivation = settings.flag("allow-import-from-derivation") ?? true
        if let interval = EnvironmentVariable.value("NIXLITE_GC_STRESS").flatMap({ Int($0) }), interval > 0 {
            options.collectorStress = interval
        }
        if let bytes = EnvironmentVariable.value("GC_INITIAL_HEAP_SIZE").flatMap(MemoryLimit.parse) {
            options.heapThreshold = bytes
        }
        options.maximumHeap = MemoryLimit.heapBytes
        let path = EnvironmentVariable.value("NIX_PATH").map(SearchPathEntry.list)
        // Nothing that the search path names is fixed.
        options.searchPath =
            options.isPure
            ? []
            : flags.include.map(SearchPathEntry.parse) + (path ?? settings.list("nix-path").map(SearchPathEntry.parse))
        return options
    }

    /// `--max-connections`, and Nix's settings of the same meaning.
    private func downloaderOptions() throws -> DownloaderOptions {
        var options = DownloaderOptions()
        let settings = flags.settings
        // 0 is no limit for Nix; connections beyond these gain nothing.
        if let connections = settings.integer("http-connections") {
            options.maxConnections = connections > 0 ? connections : 64
        }
        if let connections = flags.maxConnections {
            guard connections > 0 else {
                throw UsageError("'--max-connections' must be at least 1", suggestsHelp: false)
            }
            options.maxConnections = connections
        }
        if let seconds = settings.integer("connect-timeout"), seconds > 0 { options.connectTimeout = Double(seconds) }
        if let seconds = settings.integer("stalled-download-timeout") { options.stallTimeout = Double(max(1, seconds)) }
        if let attempts = settings.integer("download-attempts") { options.retry.maxAttempts = max(1, attempts) }
        return options
    }

    private func signatureOptions() -> SignatureOptions {
        SignatureOptions(
            trustedPublicKeys: flags.settings.list("trusted-public-keys"),
            secretKeyFiles: flags.settings.list("secret-key-files"),
            isRequired: flags.settings.flag("require-sigs") ?? true)
    }

    private func substituterOptions() -> SubstituterOptions {
        var options = SubstituterOptions()
        let settings = flags.settings
        options.sources = settings.substituters
        options.isUsed = !flags.isOffline && settings.flag("substitute") ?? true
        options.fallsBack = settings.flag("fallback") == true
        options.ignoresRefusals = settings.flag("always-allow-substitutes") == true
        if let jobs = settings.integer("max-substitution-jobs") { options.jobs = max(1, jobs) }
        return options
    }

    private func buildOptions() -> BuildOptions {
        var options = BuildOptions()
        let settings = flags.settings
        options.isOffline = flags.isOffline
        options.substitution = substituterOptions()
        options.keepGoing = flags.keepsGoing || settings.flag("keep-going") == true
        options.keepFailed = flags.keepsFailed || settings.flag("keep-failed") == true
        options.rebuilds = flags.rebuilds
        options.keepsLogs = settings.flag("keep-build-log") ?? true
        options.timeout = settings.integer("timeout")
        options.maxSilentTime = settings.integer("max-silent-time")
        if let lines = settings.integer("log-lines") { options.logLines = lines }
        // The log is on the screen already.
        if usesLegacyExitCodes || flags.printsBuildLogs { options.logLines = 0 }
        let processors = Processors.count
        options.cores = settings.integer("cores").flatMap { $0 > 0 ? $0 : nil } ?? processors
        options.maxJobs = processors
        if let jobs = settings.integer("max-jobs") {
            options.maxJobs = jobs
            options.maxFetches = max(1, jobs)
        }
        return options
    }
}
