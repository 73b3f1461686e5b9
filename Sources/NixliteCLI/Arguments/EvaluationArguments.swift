import ArgumentParser

/// The flags of every command that evaluates.
struct EvaluationArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Pass an expression as an argument of the function.", valueName: "name expression"))
    var arg: [ArgumentPair] = []

    @Option(help: ArgumentHelp("Pass a string as an argument of the function.", valueName: "name string"))
    var argstr: [ArgumentPair] = []

    @Option(
        name: [.customShort("I", allowingJoined: true), .customLong("include")], parsing: .unconditionalSingleValue,
        help: "Add a path to the search path.")
    var include: [String] = []

    @Flag(help: "Allow access to mutable paths, the environment and the time in flakes.")
    var impure = false

    @Flag(help: .hidden)
    var pureEval = false

    @Flag(help: .hidden)
    var restrictEval = false

    @Flag(help: "Make a placeholder package an error.")
    var noPlaceholders = false

    @Option(help: "Which nixpkgs, devenv and nix-model-repo to use: bundled or locked.")
    var nixpkgs: InputChoice = .bundled

    @Option(help: ArgumentHelp("Use another flake for an input.", valueName: "input url"))
    var overrideInput: [ArgumentPair] = []

    @Flag(help: .hidden)
    var noWriteLockFile = false

    @Flag(help: .hidden)
    var noUpdateLockFile = false

    @Flag(help: .hidden)
    var acceptFlakeConfig = false
}

/// Where the well-known inputs come from.
enum InputChoice: String, ExpressibleByArgument, CaseIterable {
    case bundled, locked
}
