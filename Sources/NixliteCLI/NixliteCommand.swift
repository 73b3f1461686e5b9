import ArgumentParser

/// The program's root: what `nixlite --help` lists.
struct NixliteCommand: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "nixlite",
        abstract: "Evaluate Nix, fetch models, store them under Nix's own hashes",
        version: "nixlite \(version)",
        subcommands: [
            EvalCommand.self, BuildCommand.self, ShellCommand.self, PrintDevEnvCommand.self, InstantiateCommand.self,
            HashCommand.self, StoreCommand.self,
        ])
}
