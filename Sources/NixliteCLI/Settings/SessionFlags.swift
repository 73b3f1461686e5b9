import NixBuild

/// What the flags of a command say, in whichever way they were read.
struct SessionFlags {
    var store: String?
    var settings = NixSettings()
    var verbose = 0
    var quiet = 0
    var logFormat: LogFormat?
    var isOffline = false
    /// What addresses gave before is asked for again.
    var refreshes = false
    var printsBuildLogs = false
    /// `--arg` and its kin, in their order.
    var arguments: [(name: String, value: SessionSettings.ArgumentValue)] = []
    /// `-I`.
    var include: [String] = []
    var isReadOnly = false
    var hidesBuildOutput = false
    var nixpkgs = InputChoice.bundled
    var forbidsPlaceholders = false
    var overrides: [(name: String, url: String)] = []
    var flakeOverrides: [(original: String, resolved: String)] = []
    var keepsGoing = false
    var keepsFailed = false
    var rebuilds = false
    /// `--max-connections`.
    var maxConnections: Int?
    /// What is to be said of the flags before anything else.
    var warnings: [String] = []

    /// - Throws: `UsageError` for a configuration that cannot be read.
    init() throws(UsageError) {
        settings = try NixConfiguration.read()
    }

    /// The store that a flag or the configuration names; nil where it is for the environment to say.
    var chosenStore: String? { store ?? settings["store"] }

    /// How progress and messages appear.
    var displayFormat: ProgressDisplay.Format {
        switch logFormat {
        case .internalJSON: .json
        case .raw: .lines
        case .bar, .barWithLogs, .multiline, nil: .live
        }
    }

    /// Sets what `--option` names; a value that does not fit is only warned about.
    mutating func setOption(_ name: String, _ value: String) {
        do throws(UsageError) { try settings.set(name, value) } catch { warnings.append(error.message) }
    }
}

extension SessionFlags {
    /// The same from the flags of the newer commands.
    ///
    /// - Throws: `UsageError` for a setting's value that does not fit.
    init(_ global: GlobalArguments, _ evaluation: EvaluationArguments, _ build: BuildArguments?) throws(UsageError) {
        try self.init(global)
        arguments =
            evaluation.arg.map { ($0.name, .expression($0.value)) }
            + evaluation.argstr.map { ($0.name, .text($0.value)) }
            + evaluation.argFromFile.map { ($0.name, .file($0.value)) }
            + evaluation.argFromStdin.map { ($0, .standardInput) }
        include = evaluation.include
        nixpkgs = evaluation.nixpkgs
        forbidsPlaceholders = evaluation.noPlaceholders
        flakeOverrides = evaluation.overrideFlake.map { ($0.name, $0.value) }
        overrides = evaluation.overrideInput.map { ($0.name, $0.value) }
        guard let build else { return }
        keepsGoing = build.keepGoing
        keepsFailed = build.keepFailed
        rebuilds = build.rebuild
        maxConnections = build.maxConnections
        let numbers = [
            ("cores", build.cores), ("timeout", build.timeout), ("max-silent-time", build.maxSilentTime),
            ("log-lines", build.logLines),
        ]
        for (name, value) in numbers {
            if let value { try settings.set(name, String(value)) }
        }
        if let jobs = build.maxJobs { try settings.set("max-jobs", jobs) }
    }

    init(_ global: GlobalArguments) throws(UsageError) {
        try self.init()
        store = global.store
        isOffline = global.offline
        refreshes = global.refresh
        for pair in global.option { setOption(pair.name, pair.value) }
        for pair in global.nixSettings { try settings.set(pair.name, pair.value) }
        for names in global.experimentalFeatures { try settings.set("extra-experimental-features", names) }
        verbose = global.debug ? 4 : global.verbose
        quiet = global.quiet
        logFormat = global.logFormat
        if global.showTrace { try settings.set("show-trace", "true") }
        printsBuildLogs = global.printBuildLogs
    }
}
