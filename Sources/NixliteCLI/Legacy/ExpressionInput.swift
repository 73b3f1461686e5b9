import NixBuild

/// What the programs that evaluate are given: files, expressions, attribute paths in them.
struct ExpressionInput {
    /// Files or expressions.
    var sources: [String] = []
    var readsStandardInput = false
    var takesExpressions = false
    var attributePaths: [String] = []
    var isDryRun = false

    /// A request for what the attribute paths name in one source.
    func request(_ source: String, isFile: Bool) -> InstallableRequest {
        var request = InstallableRequest()
        if isFile { request.file = source } else { request.expression = source }
        request.names = attributePaths
        request.isInstantiation = true
        return request
    }
}

/// The options of a program that evaluates.
protocol ExpressionOptions: LegacyOptions {
    var input: ExpressionInput { get set }
}

extension LegacyFlag where Options: ExpressionOptions {
    /// The flags that say what to evaluate.
    static var input: [LegacyFlag<Options>] {
        [
            LegacyFlag("--expr", "-E", help: "Take the arguments as expressions.") { (options, _) throws(UsageError) in
                options.input.takesExpressions = true
            },
            LegacyFlag("--attr", "-A", values: ["path"], help: "An attribute path in them.", isOwn: true) {
                (options, values) throws(UsageError) in
                options.input.attributePaths.append(values[0])
            },
            LegacyFlag("--dry-run", help: "Write and build nothing.") { (options, _) throws(UsageError) in
                options.input.isDryRun = true
            },
        ]
    }
}

extension LegacyCommandLine where Options: ExpressionOptions {
    /// The command line of a program that evaluates what its words name.
    init(program: String, flags: [LegacyFlag<Options>]) {
        self.init(program: program, flags: LegacyFlag<Options>.input + flags) { (options, word) throws(UsageError) in
            if word == "-" { options.input.readsStandardInput = true } else { options.input.sources.append(word) }
        }
    }
}
