import ArgumentParser

/// Which command a command line asks for.
///
/// Nix takes flags before a command's name too, the argument parser does not; and looking for the name here saves the parser the
/// building of every other command's flags, a third of the program's start.
struct CommandChoice {
    /// The names of the command and its subcommand.
    private(set) var names: [String] = []
    /// The command itself; the program's root where none was named.
    private(set) var command: any ParsableCommand.Type = NixliteCommand.self
    /// All other words, in their order.
    private(set) var words: [String]

    init(_ arguments: [String]) {
        words = arguments
        while !command.configuration.subcommands.isEmpty {
            // A word at the front that is neither a flag nor a command is an error that the caller words.
            let end = words.first?.hasPrefix("-") == true ? words.firstIndex(of: "--") ?? words.endIndex : 1
            let subcommands = command.configuration.subcommands
            guard
                let index = words.prefix(end).firstIndex(where: { word in
                    subcommands.contains { $0._commandName == word }
                }),
                let found = subcommands.first(where: { $0._commandName == words[index] })
            else { break }
            names.append(words.remove(at: index))
            command = found
        }
    }

    /// The parsed command, ready to run.
    func parse() throws -> any ParsableCommand {
        // Help and errors name the whole command, which only the root knows.
        if command.configuration.subcommands.isEmpty, let parsed = try? command.parse(words) { return parsed }
        return try NixliteCommand.parseAsRoot(names + words)
    }
}
