import ArgumentParser

/// The order of words: Nix takes flags before the command's name too, the argument parser does not.
enum CommandOrder {
    /// The words with the names of the command and its subcommand at the front.
    static func commandsFirst(_ words: [String]) -> [String] {
        var rest = words
        var names: [String] = []
        var command: any ParsableCommand.Type = NixliteCommand.self
        while !command.configuration.subcommands.isEmpty {
            // A word at the front that is neither a flag nor a command is an error that the caller words.
            let end = rest.first?.hasPrefix("-") == true ? rest.firstIndex(of: "--") ?? rest.endIndex : 1
            guard
                let index = rest.prefix(end).firstIndex(where: { word in
                    command.configuration.subcommands.contains { $0._commandName == word }
                }),
                let found = command.configuration.subcommands.first(where: { $0._commandName == rest[index] })
            else { break }
            names.append(rest.remove(at: index))
            command = found
        }
        return names + rest
    }
}
