import Glibc
import NixBuild
import NixEval
import NixFetch
import NixFormats
import NixStore
import NixSyntax

/// One command of the repl.
struct ReplCommand: Sendable {
    let names: [String]
    /// What follows the name, as the help shows it.
    let argument: String
    let help: String
    var isQuit = false
    let run: @Sendable (_ repl: Repl, _ name: String, _ argument: String) throws -> Void

    init(
        _ names: String..., argument: String = "", help: String, isQuit: Bool = false,
        run: @escaping @Sendable (_ repl: Repl, _ name: String, _ argument: String) throws -> Void
    ) {
        self.names = names
        self.argument = argument
        self.help = help
        self.isQuit = isQuit
        self.run = run
    }
}

/// The repl's commands.
///
/// Source: `:?` of Nix 2.34.
enum ReplCommands {
    static func find(_ name: String) -> ReplCommand? { all.first { $0.names.contains(name) } }

    private static let all: [ReplCommand] = [
        ReplCommand(":a", ":add", argument: "<expr>", help: "Make the attributes of a set variables") {
            repl, _, text in
            try repl.interrupts.evaluating { try repl.addAttributes(of: try repl.evaluate(text)) }
        },
        ReplCommand(":b", argument: "<expr>", help: "Build a derivation") { repl, _, text in
            try repl.build(text, makesLinks: false)
        },
        ReplCommand(":bl", argument: "<expr>", help: "Build a derivation and link its outputs here") {
            repl, _, text in
            try repl.build(text, makesLinks: true)
        },
        ReplCommand(":e", ":edit", argument: "<expr>", help: "Open a package, function or file in $EDITOR") {
            repl, _, text in
            try repl.edit(text)
        },
        ReplCommand(":i", argument: "<expr>", help: "Not there: nixlite keeps no profiles") { repl, name, text in
            try repl.refuse(name, text, "nixlite keeps no profiles")
        },
        ReplCommand(":l", ":load", argument: "<path>", help: "Load a file and make its attributes variables") {
            repl, _, path in
            repl.session.evaluator.forgetFiles()
            try repl.interrupts.evaluating { try repl.load(file: path) }
        },
        ReplCommand(":lf", ":load-flake", argument: "<ref>", help: "Load a flake and make its outputs variables") {
            repl, _, reference in
            try repl.interrupts.evaluating { try repl.load(flake: reference) }
        },
        ReplCommand(":ll", ":last-loaded", help: "Show the variables that were loaded last") { repl, _, _ in
            guard let names = repl.lastLoaded else { throw ReplError.message("nothing has been loaded yet") }
            for name in names { StandardStreams.output(name + [UInt8(ascii: "\n")]) }
        },
        ReplCommand(":p", ":print", argument: "<expr>", help: "Print a value in whole, and a string as it is") {
            repl, _, text in
            try repl.interrupts.evaluating { try repl.printWhole(text) }
        },
        ReplCommand(":q", ":quit", help: "Leave", isQuit: true) { _, _, _ in },
        ReplCommand(":r", ":reload", help: "Load everything again") { repl, _, _ in
            try repl.interrupts.evaluating { try repl.reload() }
        },
        ReplCommand(":sh", argument: "<expr>", help: "Build what a derivation needs, and enter its shell") {
            repl, _, text in
            try repl.enterShell(of: text)
        },
        ReplCommand(":t", argument: "<expr>", help: "Say what a value is") { repl, _, text in
            try repl.interrupts.evaluating {
                let value = try repl.evaluate(text)
                StandardStreams.output(try repl.session.evaluator.describeKind(of: value) + "\n")
            }
        },
        ReplCommand(":u", argument: "<expr>", help: "Build a derivation, and enter a shell that has it") {
            repl, _, text in
            try repl.enterShell(with: text)
        },
        ReplCommand(":doc", argument: "<expr>", help: "Show what is written about a function") { repl, _, text in
            try repl.interrupts.evaluating { try repl.showDocumentation(text) }
        },
        ReplCommand(":log", argument: "<expr>", help: "Show the log of a derivation's build") { repl, _, text in
            try repl.showLog(text)
        },
        ReplCommand(":te", ":trace-enable", argument: "[bool]", help: "Show whole traces of errors, or not") {
            repl, name, argument in
            try repl.setTrace(name, argument)
        },
        ReplCommand(":?", ":help", help: "Show this help") { _, _, _ in StandardStreams.output(helpText) },
    ]

    private static var helpText: String {
        var rows = [("<expr>", "Evaluate and print an expression"), ("<x> = <expr>", "Bind a variable")]
        rows += all.map { ($0.names.joined(separator: ", ") + ($0.argument.isEmpty ? "" : " \($0.argument)"), $0.help) }
        let lines = rows.map { head, help in
            "  \(head)\(String(repeating: " ", count: max(1, 29 - head.count)))\(help)\n"
        }
        return "The following commands are available:\n\n" + lines.joined()
    }
}

extension Repl {
    fileprivate func printWhole(_ text: String) throws {
        let value = try evaluate(text)
        guard try session.evaluator.kind(of: value) == .string else { return try print(value, depth: .max) }
        StandardStreams.output(try session.evaluator.string(value).bytes + [UInt8(ascii: "\n")])
    }

    fileprivate func setTrace(_ name: String, _ argument: String) throws {
        let evaluator = session.evaluator
        switch argument {
        case "": evaluator.showsTrace.toggle()
        case "true": evaluator.showsTrace = true
        case "false": evaluator.showsTrace = false
        default: throw ReplError.message("unexpected argument '\(argument)' to \(name)")
        }
        StandardStreams.output(evaluator.showsTrace ? "showing error traces\n" : "not showing error traces\n")
    }

    /// The derivation that an expression's value is, with all its outputs.
    private func derivation(_ text: String) throws -> SelectedDerivation {
        try interrupts.evaluating { try derivation(of: try evaluate(text)) }
    }

    private func derivation(of value: Value) throws -> SelectedDerivation {
        guard try session.evaluator.isDerivation(value) else {
            throw ReplError.message("expression does not evaluate to a derivation, so I can't build it")
        }
        let root = ValueRoot(value, session.evaluator)
        guard try session.evaluator.attribute("name", of: value) != nil else {
            throw ReplError.message("derivation name missing")
        }
        guard try session.evaluator.attribute("drvPath", of: root.value) != nil,
            var found = try session.derivations(in: root).first
        else {
            throw ReplError.message("expression did not evaluate to a valid derivation (no 'drvPath' attribute)")
        }
        found.outputs = try session.host.readDerivation(found.path).outputs.map { $0.key }
        return found
    }

    fileprivate func showLog(_ text: String) throws {
        let derivation = try derivation(text)
        let name = session.printed(derivation.path)
        guard let log = try session.buildLog(derivation.path) else {
            throw ReplError.message("build log of '\(name)' is not available")
        }
        note("got build log for '\(name)' from 'local'")
        StandardStreams.output(log + [UInt8(ascii: "\n")])
    }

    // MARK: Shells

    fileprivate func enterShell(of text: String) throws {
        let derivation = try derivation(text)
        try launchShell(of: derivation)
    }

    /// A shell of a package that has the one of `text` among its inputs.
    fileprivate func enterShell(with text: String) throws {
        let shell = try interrupts.evaluating {
            let package = ValueRoot(try evaluate(text), session.evaluator)
            let function = try session.evaluate(
                expression: "drv: (import <nixpkgs> {}).runCommand \"shell\" { buildInputs = [ drv ]; } \"\"")
            return try derivation(of: try session.evaluator.call(function, package.value))
        }
        try launchShell(of: shell)
    }

    private func launchShell(of derivation: SelectedDerivation) throws {
        let parent = RealPath(EnvironmentVariable.value("TMPDIR") ?? "/tmp")
        guard let folder = FileModes.makeTemporaryFolder(parent.appending("nixlite-shell-")) else {
            throw ReplError.message("creating a temporary directory: \(String(cString: strerror(errno)))")
        }
        defer { _ = try? TreeRemoval.remove(folder) }
        let launch = try interrupts.evaluating {
            var shell = try session.shell(of: derivation, folder: session.settings.folder)
            shell.dotfile = folder.description
            return try ShellLaunch(shell, session, display)
        }
        let (bash, arguments) = try launch.prepared([])
        try ReplProgram.run(bash, arguments, name: "bash")
    }

    fileprivate func refuse(_ name: String, _ text: String, _ reason: String) throws {
        _ = try derivation(text)
        throw ReplError.message("'\(name)' is not there: \(reason)")
    }

    fileprivate func build(_ text: String, makesLinks: Bool) throws {
        let derivation = try derivation(text)
        try interrupts.evaluating { try session.build([derivation]) }
        StandardStreams.output("\nThis derivation produced the following outputs:\n")
        for result in try session.results([derivation]) {
            for (name, path) in result.outputs {
                let printed = session.printed(path)
                guard makesLinks else {
                    StandardStreams.output("  \(name) -> \(printed)\n")
                    continue
                }
                let link = "repl-result-\(name)"
                try session.access.store().addRoot(
                    RealPath(Paths.absolute(link, from: session.settings.folder)), to: path)
                StandardStreams.output("  ./\(link) -> \(printed)\n")
            }
        }
    }

    // MARK: Editing

    fileprivate func edit(_ text: String) throws {
        let (file, line) = try interrupts.evaluating { try place(text) }
        let editor = EnvironmentVariable.value("EDITOR") ?? "nano"
        // These take a line to go to.
        let takesLines = ["emacs", "nano", "vim", "kak"].contains { editor.contains($0) }
        let words = (takesLines && line > 0 ? ["+\(line)"] : []) + [file]
        // The variable may hold flags too, which a shell takes apart.
        try ReplProgram.run("/bin/sh", ["sh", "-c", "exec \(editor) \"$@\"", "sh"] + words, name: editor)
        try interrupts.evaluating { try reload() }
    }

    /// The file and line where something stands; line 0 for a file as such.
    private func place(_ text: String) throws -> (file: String, line: Int) {
        let evaluator = session.evaluator
        let value = try evaluate(text)
        switch try evaluator.kind(of: value) {
        case .path, .string:
            return (String(decoding: try evaluator.coerceToString(value, copiesToStore: false).bytes, as: UTF8.self), 0)
        case .function:
            if let location = try evaluator.location(ofFunction: value) {
                guard case .file(let file) = location.file.origin else {
                    throw ReplError.message("'\(location)' cannot be shown in an editor")
                }
                return (file, location.lineAndColumn.line)
            }
        case .attributes:
            if let meta = try evaluator.attribute("meta", of: value),
                let position = try evaluator.attribute("position", of: meta)
            {
                let words = String(decoding: try evaluator.string(position).bytes, as: UTF8.self)
                if let colon = words.lastIndex(of: ":"), let line = Int(words[words.index(after: colon)...]) {
                    return (String(words[..<colon]), line)
                }
            }
        default: break
        }
        throw ReplError.message("package '\(text)' has no source location information")
    }
}

/// Programs that a repl runs: the user's editor, shells.
enum ReplProgram {
    /// Runs one on the terminal and waits.
    ///
    /// - Parameter arguments: argument 0 first.
    static func run(_ program: String, _ arguments: [String], name: String) throws(ReplError) {
        let child: ChildProcess
        do throws(ChildProcessError) {
            child = try ChildProcess(
                program: ByteString(program), arguments: arguments.map { ByteString($0) },
                environment: FetchEnvironment.current().variables.map { ByteString("\($0)=\($1)") }, directory: nil,
                output: .inherited, ownGroup: false)
        } catch {
            throw .message("executing '\(program)': \(error)")
        }
        switch child.wait() {
        case .exited(0): return
        case .exited(let code): throw .message("program '\(name)' failed with exit code \(code)")
        case .signalled(let signal): throw .message("program '\(name)' failed due to signal \(signal)")
        }
    }
}
