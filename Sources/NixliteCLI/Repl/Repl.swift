import NixBuild
import NixEval
import NixFormats
import NixSyntax

/// `nixlite repl`: reads texts, evaluates them one by one, and prints their values.
///
/// Values go to standard output, messages to standard error.
final class Repl {
    let session: Session
    let display: ProgressDisplay
    let interrupts: ReplInterrupts
    let scope: EvaluationScope
    /// What the command line asks to load, again on every reload.
    private let request: InstallableRequest
    private let editor: LineEditor
    private let history = LineHistory()
    /// Files and flakes that were loaded, in their order.
    private var files: [String] = []
    private var flakes: [String] = []
    /// Names of the variables that came last; nil where none came.
    private(set) var lastLoaded: [[UInt8]]?
    private let hasColours: Bool

    /// Variables that are named when they come.
    private static let shownVariables = 20

    init(_ session: Session, _ display: ProgressDisplay, request: InstallableRequest, isInteractive: Bool) {
        self.session = session
        self.display = display
        self.request = request
        scope = EvaluationScope(session.evaluator)
        let flag = UInt(bitPattern: session.evaluator.interruptFlag)
        let cancellation = session.cancellation
        interrupts = ReplInterrupts { stops in
            UnsafeMutablePointer<Int32>(bitPattern: flag)?.pointee = stops ? 1 : 0
            if stops { cancellation.cancel() } else { cancellation.reset() }
        }
        editor = LineEditor(isInteractive: isInteractive, history: history, interrupts: interrupts)
        hasColours = EnvironmentVariable.value("NO_COLOR") == nil
    }

    /// Runs until the input ends or `:q`.
    func run() throws {
        note("nixlite \(NixliteCommand.version)")
        note("Type :? for help.")
        try loadInstallables(isFirst: true)
        var input = ""
        while true {
            let prompt = input.isEmpty ? "nix-repl> " : "        > "
            switch editor.read(prompt, complete: { self.completions(of: $0) }) {
            case .end:
                StandardStreams.output("\n")
                history.trim()
                return
            case .interrupted:
                input = ""
                continue
            case .line(let line): input += String(decoding: line, as: UTF8.self) + "\n"
            }
            switch process(input) {
            case .done: input = ""
            case .incomplete: continue
            case .quit:
                history.trim()
                return
            }
            StandardStreams.output("\n")
        }
    }

    private enum Outcome { case done, incomplete, quit }

    /// Runs one input, whatever it is, and words its failure.
    private func process(_ input: String) -> Outcome {
        let line = String(Self.trimmed(input[...]))
        guard !line.isEmpty else { return .done }
        do {
            guard line.hasPrefix(":") else {
                return try interrupts.evaluating { try processText(line) } ? .done : .incomplete
            }
            let command = String(line.prefix { !$0.isWhitespace })
            return try run(command, String(Self.trimmed(line.dropFirst(command.count))))
        } catch ReplError.incomplete {
            return .incomplete
        } catch {
            printError(error)
            return .done
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text.drop { $0.isWhitespace }
    }

    /// Runs a command such as `:t`.
    private func run(_ command: String, _ argument: String) throws -> Outcome {
        guard let known = ReplCommands.find(command) else { throw ReplError.message("unknown command '\(command)'") }
        if known.isQuit { return .quit }
        try known.run(self, command, argument)
        return .done
    }

    // MARK: Texts

    func source(_ text: String) -> SourceFile { session.source(expression: text) }

    /// Bindings become variables, anything else is evaluated and printed; false where more has to come first.
    private func processText(_ text: String) throws -> Bool {
        var bindingsAreIncomplete = false
        for candidate in [text, text + ";"] {
            do throws(EvaluationError) {
                let code = try scope.compile(source(candidate), isBindings: true)
                // A text without a binding may be the beginning of an expression.
                let isOne = !(try scope.add(try scope.run(code))).isEmpty || text.hasPrefix("inherit")
                if isOne { return true }
                break
            } catch {
                guard error.kind == .syntax else { throw error }
                if candidate == text { bindingsAreIncomplete = Self.isIncomplete(error) }
            }
        }
        let code: EvaluationScope.Code
        do throws(EvaluationError) {
            code = try scope.compile(source(text))
        } catch {
            if error.kind == .syntax, Self.isIncomplete(error) || bindingsAreIncomplete { return false }
            throw error
        }
        try print(try scope.run(code), depth: 1)
        return true
    }

    /// The value of an expression.
    ///
    /// - Throws: `ReplError.incomplete` where more text has to come first.
    func evaluate(_ text: String) throws -> Value {
        let code: EvaluationScope.Code
        do throws(EvaluationError) {
            code = try scope.compile(source(text))
        } catch {
            if error.kind == .syntax, Self.isIncomplete(error) { throw ReplError.incomplete }
            throw error
        }
        return try session.evaluator.force(try scope.run(code))
    }

    private static func isIncomplete(_ error: EvaluationError) -> Bool {
        error.text.contains("unexpected end of file")
    }

    // MARK: Printing

    /// Prints a value and a line break; what was printed before an error stays.
    func print(_ value: Value, depth: Int) throws {
        var options = ValuePrinter.Options()
        options.forces = true
        options.printsDerivationPaths = true
        options.maximumDepth = depth
        options.indentation = 2
        options.errors = .throwAtTopLevel
        options.hasColours = hasColours
        var bytes: [UInt8] = []
        do throws(EvaluationError) {
            try session.evaluator.print(value, options: options, to: &bytes)
        } catch {
            printError(error)
            StandardStreams.output(bytes)
            return
        }
        StandardStreams.output(bytes + [UInt8(ascii: "\n")])
    }

    func note(_ text: String) { StandardStreams.error(text + "\n") }

    func printError(_ error: any Error) {
        func show(_ error: EvaluationError) {
            StandardStreams.error(TerminalText.filtered(session.evaluator.render(error)))
        }
        switch error {
        case _ where interrupts.wasInterrupted: display.report(.error("interrupted by the user"))
        case ReplError.interrupted: display.report(.error("interrupted by the user"))
        case let error as EvaluationError: show(error)
        case SessionError.evaluation(let error): show(error)
        case ReplError.message(let text): display.report(.error(text))
        case SessionError.project(let error): display.report(.error(error.message))
        case SessionError.host(let error): display.report(.error(error.message))
        case SessionError.realisation(let error): display.report(.error(error.message))
        case let error as CommandFailure: if let words = error.message { display.report(.error(words)) }
        case let error as HostError: display.report(.error(error.message))
        default: display.report(.error("\(error)"))
        }
    }

    // MARK: Loading

    /// Makes the attributes of a set variables, and says which.
    func addAttributes(of value: Value) throws {
        let names = try scope.add(value)
        lastLoaded = names
        note("Added \(names.count) variables.")
        let sorted = names.sorted { $0.lexicographicallyPrecedes($1) }
        let shown = sorted.prefix(Self.shownVariables).map {
            String(decoding: session.evaluator.printName($0), as: UTF8.self)
        }
        note(shown.joined(separator: ", "))
        if names.count > shown.count { note("... and \(names.count - shown.count) more; view with :ll") }
    }

    func load(file: String) throws {
        let value = try session.evaluate(file: file.isEmpty ? "." : file, isNamed: false)
        let root = ValueRoot(value, session.evaluator)
        try addAttributes(of: try session.evaluator.autoCall(root.value, arguments: session.arguments))
        files.removeAll { $0 == file }
        files.append(file)
    }

    func load(flake: String) throws {
        guard !flake.isEmpty else {
            throw ReplError.message(
                "cannot use ':load-flake' without a path specified. (Use '.' for the current working directory.)")
        }
        try addAttributes(of: try session.flake(reference: flake))
        flakes.removeAll { $0 == flake }
        flakes.append(flake)
    }

    private func loadInstallables(isFirst: Bool) throws {
        let hasBase = request.expression != nil || request.file != nil
        let names = request.names.isEmpty && hasBase ? [""] : request.names
        // All are found before the first is loaded.
        var values: [(name: String, value: ValueRoot)] = []
        for name in names {
            var one = request
            one.names = name.isEmpty ? [] : [name]
            let shown = hasBase ? name : session.name(ofInstallable: name)
            for value in try session.select(one, for: .evaluation) { values.append((shown, value)) }
        }
        for (name, value) in values {
            note("Loading installable '\(name)'...")
            if isFirst {
                try addAttributes(of: value.value)
            } else {
                do { try addAttributes(of: value.value) } catch { printError(error) }
            }
        }
    }

    /// Forgets all variables and loads everything again.
    func reload() throws {
        session.evaluator.forgetFiles()
        scope.removeAll()
        for file in files {
            note("Loading \"\(file)\"...")
            do { try load(file: file) } catch { printError(error) }
        }
        try loadInstallables(isFirst: false)
        for flake in flakes {
            note("Loading flake '\(flake)'...")
            do { try load(flake: flake) } catch { printError(error) }
        }
    }
}

/// Why an input of the repl came to nothing.
enum ReplError: Error {
    /// More text has to come first.
    case incomplete
    /// The user stopped it.
    case interrupted
    /// In Nix's words, without `error: `.
    case message(String)
}
