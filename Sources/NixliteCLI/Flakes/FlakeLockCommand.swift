import NixBuild

/// `nixlite flake lock`: adds what is missing to a flake's lock file.
struct FlakeLockCommand: Command {
    var flake = FlakeArguments()
    var global = GlobalArguments()
    var address: String?

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try flake.declare(&line)
        try global.declare(&line)
        line.positional("flake-url", sets: &address, "The flake; by default that of the current folder.")
    }

    func run() throws {
        var locking = flake.locking
        locking.writes = true
        locking.refusesUnlocked = true
        try CommandSession(global: global, flake: flake, refreshes: true).run { session, _ in
            _ = try session.lock(address ?? ".", locking)
        }
    }
}

/// `nixlite flake update`: makes a flake's locks, or some of them, anew.
struct FlakeUpdateCommand: Command {
    var flake = FlakeArguments()
    var global = GlobalArguments()
    var address = "."
    var inputs: [String] = []

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try line.option(
            "--flake", sets: &address, "flake-url", "The flake to operate on; by default that of the current folder.")
        try flake.declare(&line)
        try global.declare(&line)
        try line.positionals("inputs", addsTo: &inputs, "The inputs to update; all without any.")
    }

    func run() throws {
        var locking = flake.locking
        locking.writes = true
        locking.recreates = inputs.isEmpty && flake.updateInput.isEmpty
        locking.updates += inputs
        try CommandSession(global: global, flake: flake, refreshes: true).run { session, display in
            try check(display)
            _ = try session.lock(address, locking)
        }
    }

    private func check(_ display: ProgressDisplay) throws {
        var seen = Set(flake.updateInput)
        for input in inputs {
            if let problem = FlakeLocking.problem(ofInput: input) {
                display.report(
                    .warning(
                        "Invalid flake input '\(input)'. To update a specific flake, use 'nix flake update --flake \(input)' instead."
                    ))
                throw CommandFailure(problem)
            }
            if !seen.insert(input).inserted {
                display.report(
                    .warning("Input '\(input)' was specified multiple times. You may have done this by accident."))
            }
        }
    }
}
