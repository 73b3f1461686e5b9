import NixBuild
import NixEval
import NixFormats

/// `nixlite flake check`: evaluates what a flake provides as it is meant to be used, and builds its checks.
struct FlakeCheckCommand: Command {
    var flake = FlakeArguments()
    var build = BuildArguments()
    var global = GlobalArguments()
    var address: String?
    var noBuild = false
    var allSystems = false

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try flake.declare(&line)
        try build.declare(&line)
        try global.declare(&line)
        line.flag("--no-build", sets: &noBuild, "Do not build checks.")
        line.flag("--all-systems", sets: &allSystems, "Check the outputs for all systems.")
        line.positional("flake-url", sets: &address, "The flake; by default that of the current folder.")
    }

    func run() throws {
        try CommandSession(global: global, flake: flake, build: build).run { session, display in
            let locked = try session.lock(address ?? ".", flake.locking)
            display.report(.note("evaluating flake..."))
            let value = try session.evaluate(locked)
            var check = FlakeCheck(session: session, display: display)
            check.checksAllSystems = allSystems
            check.goesOn = build.keepGoing
            let outputs = try session.evaluator.attribute("outputs", of: value.value) ?? session.evaluator.null
            try check.check(ValueRoot(outputs, session.evaluator))
            if !noBuild, !check.derivations.isEmpty {
                let selected = try session.withAllOutputs(check.derivations.sorted())
                display.report(.note("running \(try session.plan(selected).builds.count) flake checks..."))
                try session.build(selected)
            }
            if check.hasErrors { throw CommandFailure("some errors were encountered during the evaluation") }
            display.report(.note("all checks passed!"))
            let omitted = check.omittedSystems.sorted()
            guard !omitted.isEmpty else { return }
            display.report(
                .warning(
                    "The check omitted these incompatible systems: \(omitted.joined(separator: ", "))\nUse '--all-systems' to check all."
                ))
        }
    }
}
