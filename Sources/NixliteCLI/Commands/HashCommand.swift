import ArgumentParser

/// `nixlite hash`: hashes of files and trees, and their spellings.
struct HashCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hash", abstract: "Hash files and trees, and convert hashes",
        subcommands: [HashPathCommand.self, HashFileCommand.self, HashConvertCommand.self])
}

/// `nixlite hash path`: the hash of a tree's NAR.
struct HashPathCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "path", abstract: "Hash the NAR of a path")
    @OptionGroup var global: GlobalArguments
    @Argument var paths: [String]

    func run() throws { throw CommandFailure("hashing is not there yet") }
}

/// `nixlite hash file`: the hash of a file's bytes.
struct HashFileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "file", abstract: "Hash the bytes of a file")
    @OptionGroup var global: GlobalArguments
    @Argument var paths: [String]

    func run() throws { throw CommandFailure("hashing is not there yet") }
}

/// `nixlite hash convert`: one spelling of a hash into another.
struct HashConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "convert", abstract: "Convert between hash formats")
    @OptionGroup var global: GlobalArguments
    @Argument var hashes: [String]

    func run() throws { throw CommandFailure("hashing is not there yet") }
}
