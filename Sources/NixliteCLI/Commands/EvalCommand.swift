import NixBuild
import NixEval
import NixFormats

/// `nixlite eval`: the value of a file, an expression or an installable.
struct EvalCommand: Command {
    var installable = InstallableArguments()
    var evaluation = EvaluationArguments()
    var build = BuildArguments()
    var global = GlobalArguments()
    var json = false
    var raw = false
    var strict = false
    var all = false
    var readOnly = false
    var ignoredFlag = false
    var ignoredValues: [String] = []
    var apply: String?

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try installable.declare(&line)
        try evaluation.declare(&line)
        try build.declare(&line)
        try global.declare(&line)
        line.flag("--json", sets: &json, "Print JSON.")
        line.flag("--raw", sets: &raw, "Print a string without quotes and newline.")
        line.flag("--strict", sets: &strict, "Evaluate the whole value.")
        line.flag("--all", sets: &all, "Show every option of a module, not only those that the project defines.")
        line.flag("--read-only", sets: &readOnly, "Do not write derivations to the store.")
        // What Nix's command takes too, without effect here.
        line.flag("--pretty", "--no-pretty", "--no-net", sets: &ignoredFlag)
        line.flag("--repair", "--no-registries", "--debugger", sets: &ignoredFlag)
        line.flag("--recreate-lock-file", "--commit-lock-file", sets: &ignoredFlag)
        try line.option("--eval-store", "--inputs-from", addsTo: &ignoredValues, "store-uri")
        try line.option("--update-input", "--reference-lock-file", addsTo: &ignoredValues, "input")
        try line.option("--output-lock-file", addsTo: &ignoredValues, "path")
        try line.option("--apply", sets: &apply, "apply", "A function to apply to the value.")
    }

    func run() throws {
        if json && raw { throw UsageError("--raw and --json are mutually exclusive") }
        try CommandSession(global: global, evaluation: evaluation, build: build).run { session, _ in
            var request = installable.request(showsEverything: all)
            request.keepsFunctions = true
            // Which outputs are meant is nothing to a value.
            request.names = try request.names.map { name in try OutputSelection(parsing: name).installable }
            for root in try session.select(request, for: .evaluation) { try print(root, session) }
        }
    }

    private func print(_ root: ValueRoot, _ session: Session) throws {
        let evaluator = session.evaluator
        var value = root.value
        if let apply {
            value = try evaluator.call(try session.evaluate(expression: apply), value)
        }
        if strict { try evaluator.forceDeeply(value) }
        let text: (bytes: [UInt8], context: [ContextElement])
        if raw {
            text = try evaluator.coerceToString(value, for: "while generating the eval command output")
        } else if json {
            text = try evaluator.printJSON(value, copiesToStore: false)
        } else {
            var options = ValuePrinter.Options()
            options.forces = true
            options.printsDerivationPaths = true
            value = try evaluator.force(value)
            text = (try evaluator.print(value, options: options), try context(of: value, evaluator))
        }
        if !readOnly { try session.writeComputed(text.context.map(\.storePath)) }
        raw ? StandardStreams.output(text.bytes) : StandardStreams.outputLine(text.bytes)
    }

    /// What the text of a value that is a string or a derivation refers to.
    private func context(of value: Value, _ evaluator: Evaluator) throws -> [ContextElement] {
        switch try evaluator.kind(of: value) {
        case .string: return try evaluator.string(value).context
        case .attributes:
            // A derivation that cannot be evaluated was printed as such.
            guard try evaluator.isDerivation(value), let path = try? evaluator.attribute("drvPath", of: value),
                let text = try? evaluator.string(path)
            else { return [] }
            return text.context
        default: return []
        }
    }
}

extension ContextElement {
    /// What has to be in the store for the reference to lead somewhere.
    fileprivate var storePath: StorePath {
        switch self {
        case .path(let path), .derivationDeep(let path), .output(let path, _): path
        case .nested(let output): output.derivation
        }
    }
}
