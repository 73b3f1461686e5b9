import NixBuild
import NixEval
import NixFormats
import NixSyntax

/// `nixlite instantiate`: what `nix-instantiate` does, with its flags.
struct InstantiateCommand: Command {
    var evaluation = EvaluationArguments()
    var global = GlobalArguments()
    var parse = false
    var eval = false
    var strict = false
    var json = false
    var xml = false
    var raw = false
    var noLocation = false
    var findFile = false
    var readWriteMode = false
    var expression = false
    var attr: [String] = []
    var addRoot: String?
    var indirect = false
    var dryRun = false
    var timeout: Int?
    var files: [String] = []

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try evaluation.declare(&line)
        try global.declare(&line)
        line.flag("--parse", sets: &parse, "Print the parse tree only.")
        line.flag("--eval", "--eval-only", sets: &eval, "Evaluate only, without writing derivations.")
        line.flag("--strict", sets: &strict, "Evaluate the whole value.")
        line.flag("--json", sets: &json, "Print JSON.")
        line.flag("--xml", sets: &xml, "Print XML.")
        line.flag("--raw", sets: &raw, "Print a string without quotes.")
        line.flag("--no-location", sets: &noLocation, "Leave positions out of the XML.")
        line.flag("--find-file", sets: &findFile, "Look the arguments up in the search path.")
        line.flag("--read-write-mode", sets: &readWriteMode, "Write to the store even with --eval.")
        line.flag("-E", "--expr", sets: &expression, "Take the arguments as expressions.")
        try line.option("-A", "--attr", addsTo: &attr, "attr", "An attribute path of what to evaluate.")
        try line.option("--add-root", sets: &addRoot, "add-root", "Make a root of the store with this name.")
        line.flag("--indirect", sets: &indirect)
        line.flag("--dry-run", sets: &dryRun)
        try line.option("--timeout", sets: &timeout, "timeout")
        try line.positionals("files", addsTo: &files, "Files, or expressions with -E; '-' for standard input.")
    }

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
        // The other printers evaluate on their way.
        if strict, !raw, !json, !xml { try evaluator.forceDeeply(root.value) }
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
