import ArgumentParser
import NixBuild
import NixEval
import NixFormats
import NixSyntax

/// `nixlite instantiate`: what `nix-instantiate` does, with its flags.
struct InstantiateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instantiate", abstract: "Parse, evaluate or instantiate expressions as nix-instantiate does")

    @OptionGroup var evaluation: EvaluationArguments
    @OptionGroup var global: GlobalArguments

    @Flag(help: "Print the parse tree only.")
    var parse = false

    @Flag(name: [.long, .customLong("eval-only")], help: "Evaluate only, without writing derivations.")
    var eval = false

    @Flag(help: "Evaluate the whole value.")
    var strict = false

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print XML.")
    var xml = false

    @Flag(help: "Print a string without quotes.")
    var raw = false

    @Flag(help: "Leave positions out of the XML.")
    var noLocation = false

    @Flag(help: "Look the arguments up in the search path.")
    var findFile = false

    @Flag(help: "Write to the store even with --eval.")
    var readWriteMode = false

    @Flag(name: [.customShort("E"), .customLong("expr")], help: "Take the arguments as expressions.")
    var expression = false

    @Option(name: [.customShort("A"), .long], help: "An attribute path of what to evaluate.")
    var attr: [String] = []

    @Option(help: "Make a root of the store with this name.")
    var addRoot: String?

    @Flag(help: .hidden)
    var indirect = false

    @Flag(help: .hidden)
    var dryRun = false

    @Option(help: .hidden)
    var timeout: Int?

    @Argument(help: "Files, or expressions with -E; '-' for standard input.")
    var files: [String] = []

    func run() throws {
        if parse && !eval {
            try parseOnly()
            return
        }
        let isLazy = eval && !strict && !json && !raw
        try CommandSession(
            global: global, evaluation: evaluation, isExactlyLazy: isLazy,
            writesNothing: eval && !readWriteMode, usesLegacyExitCodes: true
        ).run { session, _ in
            if findFile {
                for name in files {
                    let path = try session.evaluator.findFile(name)
                    StandardStreams.output(path + [UInt8(ascii: "\n")])
                }
                return
            }
            let sources = files.isEmpty && !expression ? ["./default.nix"] : files
            for source in sources {
                var request = InstallableRequest()
                if expression { request.expression = source } else { request.file = source }
                request.names = attr
                request.isInstantiation = true
                for root in try session.select(request, for: eval ? .evaluation : .building) {
                    if eval { try print(root, session) } else { try instantiate(root, session) }
                }
            }
        }
    }

    private func print(_ root: ValueRoot, _ session: Session) throws {
        let evaluator = session.evaluator
        if strict { try evaluator.forceDeeply(root.value) }
        var bytes: [UInt8]
        if raw {
            bytes = try evaluator.coerceToString(root.value).bytes
        } else if json {
            bytes = try evaluator.printJSON(root.value).bytes + [UInt8(ascii: "\n")]
        } else if xml {
            bytes = []
            // What was printed before an error is a whole document, which Nix prints too.
            do throws(EvaluationError) {
                try evaluator.printXML(root.value, isStrict: strict, showsLocations: !noLocation, to: &bytes)
            } catch {
                StandardStreams.output(bytes)
                throw error
            }
        } else {
            bytes = try evaluator.printAmbiguously(root.value) + [UInt8(ascii: "\n")]
        }
        StandardStreams.output(bytes)
        if readWriteMode { try session.writeAll() }
    }

    private func instantiate(_ root: ValueRoot, _ session: Session) throws {
        for derivation in try session.derivations(in: root) {
            try session.write([derivation.path])
            if addRoot == nil {
                StandardStreams.error(
                    "warning: you did not specify '--add-root'; the result might be removed by the garbage collector\n")
            }
            let suffix = derivation.outputName == "out" ? [] : Array("!".utf8) + derivation.outputName.bytes
            StandardStreams.output(session.printed(derivation.path).bytes + suffix + [UInt8(ascii: "\n")])
        }
    }

    /// Prints the parse tree of each file or expression.
    private func parseOnly() throws {
        try CommandSession(global: global, evaluation: evaluation, usesLegacyExitCodes: true).run { session, _ in
            let folder = Paths.currentDirectory()
            for name in files.isEmpty && !expression ? ["./default.nix"] : files {
                let source = try CommandSource.read(name, isExpression: expression, folder: folder)
                StandardStreams.output(try session.evaluator.printParseTree(source) + [UInt8(ascii: "\n")])
            }
        }
    }
}
