import NixBuild
import NixEval
import NixFormats
import NixStore
import NixSyntax

/// `nix-instantiate`: parses, evaluates or instantiates expressions.
struct InstantiateProgram {
    private struct Options: ExpressionOptions {
        var shared: SharedOptions
        var input = ExpressionInput()
        var findsFiles = false
        var evaluates = false
        var parses = false
        var output = Output.plain
        var showsLocations = true
        var isStrict = false
        var writes = false
        var root = ""

        init() throws(UsageError) { shared = try SharedOptions() }
    }

    private enum Output { case plain, raw, json, xml }

    private static let flags: [LegacyFlag<Options>] = [
        LegacyFlag("--eval", "--eval-only", help: "Evaluate and print the value.") {
            (options, _) throws(UsageError) in
            options.evaluates = true
        },
        LegacyFlag("--parse", "--parse-only", help: "Print the parse tree only.") {
            (options, _) throws(UsageError) in
            options.parses = true
            options.evaluates = true
        },
        LegacyFlag("--read-write-mode", help: "Write to the store even with --eval.") {
            (options, _) throws(UsageError) in
            options.writes = true
        },
        LegacyFlag("--find-file", help: "Look the arguments up in the search path.") {
            (options, _) throws(UsageError) in
            options.findsFiles = true
        },
        LegacyFlag("--add-root", values: ["path"], help: "Make the result a root of the store.", isOwn: true) {
            (options, values) throws(UsageError) in
            options.root = values[0]
        },
        LegacyFlag("--indirect", help: "Accepted: roots are always links that can be removed.") {
            (_, _) throws(UsageError) in
        },
        LegacyFlag("--strict", help: "Evaluate the whole value.") { (options, _) throws(UsageError) in
            options.isStrict = true
        },
        LegacyFlag("--raw", help: "Print a string without quotes.") { (options, _) throws(UsageError) in
            options.output = .raw
        },
        LegacyFlag("--json", help: "Print JSON.") { (options, _) throws(UsageError) in options.output = .json },
        LegacyFlag("--xml", help: "Print XML.") { (options, _) throws(UsageError) in options.output = .xml },
        LegacyFlag("--no-location", help: "Leave positions out of the XML.") { (options, _) throws(UsageError) in
            options.showsLocations = false
        },
    ]

    static func run(_ words: [String], name: String) throws {
        let line = LegacyCommandLine<Options>(program: name, flags: flags)
        let read = try line.options(
            words, summary: "parse, evaluate or instantiate expressions", usage: "[options] [files or expressions]")
        guard var options = read else { return }
        if !options.input.readsStandardInput, !options.findsFiles, options.input.sources.isEmpty,
            !options.input.takesExpressions
        {
            options.input.sources = ["./default.nix"]
        }
        try InstantiateProgram(options: options).run()
    }

    private let options: Options
    private let rootWarning = RootWarning()

    private func run() throws {
        let isLazy = options.evaluates && !options.isStrict && options.output != .raw
        let session = CommandSession(
            flags: options.session, isExactlyLazy: isLazy,
            writesNothing: options.session.isReadOnly || options.input.isDryRun || options.evaluates && !options.writes,
            usesLegacyExitCodes: true)
        try session.run { session, display in
            if options.findsFiles {
                for name in options.input.sources {
                    StandardStreams.outputLine(try session.evaluator.findFile(name))
                }
                return
            }
            var rootNumber = 0
            if options.input.readsStandardInput { try process("-", isFile: true, session, display, &rootNumber) }
            for source in options.input.sources {
                try process(source, isFile: !options.input.takesExpressions, session, display, &rootNumber)
            }
        }
    }

    private func process(
        _ source: String, isFile: Bool, _ session: Session, _ display: ProgressDisplay, _ rootNumber: inout Int
    ) throws {
        if options.parses {
            let text = isFile ? try session.source(file: source) : session.source(expression: source)
            StandardStreams.outputLine(try session.evaluator.printParseTree(text))
            return
        }
        let request = options.input.request(source, isFile: isFile)
        for root in try session.select(request, for: options.evaluates ? .evaluation : .building) {
            if options.evaluates {
                try print(root, session)
            } else {
                try instantiate(root, session, display, &rootNumber)
            }
        }
    }

    private func print(_ root: ValueRoot, _ session: Session) throws {
        let evaluator = session.evaluator
        let newline = [UInt8(ascii: "\n")]
        var bytes: [UInt8]
        switch options.output {
        case .plain:
            if options.isStrict { try evaluator.forceDeeply(root.value) }
            bytes = try evaluator.printAmbiguously(root.value) + newline
        case .raw:
            bytes = try evaluator.coerceToString(root.value, for: "while generating the nix-instantiate output").bytes
        case .json: bytes = try evaluator.printJSON(root.value, isStrict: options.isStrict).bytes + newline
        case .xml:
            bytes = []
            // What was printed before an error is a whole document, which Nix prints too.
            do throws(EvaluationError) {
                try evaluator.printXML(
                    root.value, isStrict: options.isStrict, showsLocations: options.showsLocations, to: &bytes)
            } catch {
                StandardStreams.output(bytes)
                throw error
            }
        }
        StandardStreams.output(bytes)
        if options.writes, !options.session.isReadOnly { try session.writeAll() }
    }

    private func instantiate(
        _ root: ValueRoot, _ session: Session, _ display: ProgressDisplay, _ rootNumber: inout Int
    ) throws {
        for derivation in try session.derivations(in: root, allowsNone: true) {
            var printed = session.printed(derivation.path).bytes
            if !options.input.isDryRun, !options.session.isReadOnly { try session.write([derivation.path]) }
            if options.root.isEmpty {
                rootWarning.give(options, display)
            } else {
                rootNumber += 1
                let name = options.root + (rootNumber > 1 ? "-\(rootNumber)" : "")
                let link = Paths.absolute(name, from: Paths.currentDirectory())
                try session.access.store().addRoot(RealPath(link), to: derivation.path)
                printed = Array(link.utf8)
            }
            let suffix = derivation.outputName == "out" ? [] : Array("!".utf8) + derivation.outputName.bytes
            StandardStreams.outputLine(printed + suffix)
        }
    }
}
