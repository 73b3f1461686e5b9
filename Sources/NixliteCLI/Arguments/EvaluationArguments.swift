/// The flags of every command that evaluates.
struct EvaluationArguments: ArgumentGroup {
    var arg: [ArgumentPair] = []
    var argstr: [ArgumentPair] = []
    var argFromFile: [ArgumentPair] = []
    var argFromStdin: [String] = []
    var include: [String] = []
    var impure = false
    var noPlaceholders = false
    var nixpkgs: InputChoice = .bundled
    var overrideInput: [ArgumentPair] = []
    var overrideFlake: [ArgumentPair] = []
    var noWriteLockFile = false
    var noUpdateLockFile = false
    var acceptFlakeConfig = false

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try line.option(
            "--arg", addsTo: &arg, ("name", "expression"), "Pass an expression as an argument of the function.")
        try line.option(
            "--argstr", addsTo: &argstr, ("name", "string"), "Pass a string as an argument of the function.")
        try line.option(
            "--arg-from-file", addsTo: &argFromFile, ("name", "path"),
            "Pass a file's text as an argument of the function.")
        try line.option(
            "--arg-from-stdin", addsTo: &argFromStdin, "name", "Pass standard input as an argument of the function.")
        try line.option(
            "--override-flake", addsTo: &overrideFlake, ("original", "resolved"),
            "Take another flake for a name of the registry.")
        try line.option("-I", "--include", addsTo: &include, "include", "Add a path to the search path.")
        line.flag("--impure", sets: &impure, "Allow access to mutable paths, the environment and the time in flakes.")
        line.flag("--no-placeholders", sets: &noPlaceholders, "Make a placeholder package an error.")
        try line.option(
            "--nixpkgs", sets: &nixpkgs, "nixpkgs",
            "Which nixpkgs, devenv and nix-model-repo to use: bundled or locked.")
        try line.option("--override-input", addsTo: &overrideInput, ("input", "url"), "Use another flake for an input.")
        line.flag("--no-write-lock-file", sets: &noWriteLockFile)
        line.flag("--no-update-lock-file", sets: &noUpdateLockFile)
        line.flag("--accept-flake-config", sets: &acceptFlakeConfig)
    }
}

/// Where the well-known inputs come from.
enum InputChoice: String, ArgumentChoice {
    case bundled, locked
}
