import ArgumentParser

/// The flags that every command takes.
struct GlobalArguments: ParsableArguments {
    @Option(help: "The store to use: a folder, 'auto', 'local' or 'daemon'.")
    var store: String?

    @Flag(help: "Do not use the network.")
    var offline = false

    @Option(help: ArgumentHelp("Set a Nix setting (two words: name and value).", valueName: "name value"))
    var option: [ArgumentPair] = []

    @Option(name: [.customLong("extra-experimental-features"), .customLong("experimental-features")], help: .hidden)
    var experimentalFeatures: [String] = []

    @Flag(name: [.customShort("v"), .long], help: "Say more; may be repeated.")
    var verbose: Int

    @Flag(help: "Say less; may be repeated.")
    var quiet: Int

    @Flag(help: .hidden)
    var debug = false

    @Option(help: "How to show progress: bar, bar-with-logs, raw, multiline or internal-json.")
    var logFormat: LogFormat?

    @Flag(help: "Show where an evaluation error came from.")
    var showTrace = false

    @Flag(name: [.customShort("L"), .long], help: "Show the full logs of builders on standard error.")
    var printBuildLogs = false

    @Flag(help: .hidden)
    var refresh = false

    /// The names of all experimental features that were asked for.
    var features: Set<String> {
        let named = option.filter { $0.name.hasSuffix("experimental-features") }.map(\.value)
        return Set((experimentalFeatures + named).flatMap { $0.split(separator: " ").map(String.init) })
    }

    /// The value of the last `--option name`, nil where none was given.
    func setting(_ name: String) -> String? { option.last { $0.name == name }?.value }
}

/// How progress appears on standard error.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case bar
    case barWithLogs = "bar-with-logs"
    case raw
    case multiline
    case internalJSON = "internal-json"
}
