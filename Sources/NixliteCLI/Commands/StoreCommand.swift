import ArgumentParser

/// `nixlite store`: the store itself.
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Add to, verify and query the store",
        subcommands: [StoreVerifyCommand.self])
}

/// `nixlite store verify`: checks that every path has the contents that were registered.
struct StoreVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "verify", abstract: "Check the contents of the store")
    @OptionGroup var global: GlobalArguments

    func run() throws { throw CommandFailure("the store is not there yet") }
}
