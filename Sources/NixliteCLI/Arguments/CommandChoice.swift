import NixEval

/// Which command a command line asks for.
///
/// Nix takes flags before a command's name too.
struct CommandChoice {
    /// The names of the command and its subcommand.
    private(set) var names: [String] = []
    /// The command itself; the program's root, or a group, where none was named.
    private(set) var entry: CommandEntry
    /// All other words, in their order.
    private(set) var words: [String]

    init(_ arguments: some Sequence<String>) {
        words = Array(arguments)
        entry = NixliteCommand.root
        while !entry.subcommands.isEmpty {
            // A word at the front that is neither a flag nor a command is an error that the caller words.
            let end = words.first?.hasPrefix("-") == true ? words.firstIndex(of: "--") ?? words.endIndex : 1
            let subcommands = entry.subcommands
            guard
                let index = words.prefix(end).firstIndex(where: { word in subcommands.contains { $0.name == word } }),
                let found = subcommands.first(where: { $0.name == words[index] })
            else { break }
            names.append(words.remove(at: index))
            entry = found
        }
    }

    /// The command with its flags read, ready to run.
    ///
    /// - Throws: `UsageError` where no command was named, or for flags that it does not have.
    func parse() throws(UsageError) -> any Command {
        if let make = entry.make { return try read(make()) }
        if let program = entry.program {
            return LegacyCommand(program: program, words: entry.operation + words, name: fullName)
        }
        guard let first = words.first else { throw UsageError(requirement) }
        switch first {
        case "--help", "-h": return help
        case "--version": return version
        case "help" where names.isEmpty:
            let choice = CommandChoice(words.dropFirst())
            return choice.entry.program == nil ? choice.help : try CommandChoice(choice.names + ["--help"]).parse()
        default:
            if first.hasPrefix("-") { throw UsageError("unrecognised flag '\(first)'") }
            let similar = Suggestions.best(among: entry.subcommands.map(\.name), for: first)
            let hint = similar.isEmpty ? "" : "\n\(Suggestions.sentence(similar))"
            throw UsageError("'\(first)' is not a recognised command\(hint)")
        }
    }

    /// The words that name the command; put together without `joined`, whose first use costs a tenth of a start.
    private var fullName: String { names.reduce(NixliteCommand.root.name) { "\($0) \($1)" } }

    /// What is said where only a group of commands was named, or nothing at all.
    private var requirement: String {
        if names.isEmpty { return "no subcommand specified" }
        let known = entry.subcommands.map { "\n  · \($0.name)" }.sorted().joined()
        return "\(fullName) requires a sub-command. Available sub-commands:\n\(known)"
    }

    private func read(_ command: some Command) throws(UsageError) -> any Command {
        var command = command
        var reader = ArgumentReader(words)
        switch try reader.read(&command) {
        case .run: return command
        case .help: return help
        case .version: return version
        }
    }

    private var help: any Command {
        AnswerCommand(text: HelpText.text(entry, names: [NixliteCommand.root.name] + names))
    }

    private var version: any Command { AnswerCommand(text: "nixlite \(NixliteCommand.version)\n") }
}

/// One of Nix's older programs as a command.
private struct LegacyCommand: Command {
    var program = LegacyProgram.instantiate
    var words: [String] = []
    var name = ""

    mutating func declare(_ line: inout ArgumentReader) {}
    func run() throws { try program.run(words, name: name) }
}

/// Prints what was asked about the program itself.
private struct AnswerCommand: Command {
    var text = ""
    mutating func declare(_ line: inout ArgumentReader) {}
    func run() { StandardStreams.output(text) }
}
