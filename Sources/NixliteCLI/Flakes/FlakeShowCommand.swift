import NixBuild
import NixEval
import NixFormats

/// `nixlite flake show`: what a flake provides, as a tree.
struct FlakeShowCommand: Command {
    var flake = FlakeArguments()
    var global = GlobalArguments()
    var address: String?
    var json = false
    var legacy = false
    var allSystems = false

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try flake.declare(&line)
        try global.declare(&line)
        line.flag("--json", sets: &json, "Print JSON.")
        line.flag("--legacy", sets: &legacy, "Show what is in legacyPackages.")
        line.flag("--all-systems", sets: &allSystems, "Show the outputs for all systems.")
        line.positional("flake-url", sets: &address, "The flake; by default that of the current folder.")
    }

    func run() throws {
        try CommandSession(global: global, flake: flake).run { session, display in
            let locked = try session.lock(address ?? ".", flake.locking)
            let flake = try session.evaluate(locked)
            let outputs = try session.evaluator.attribute("outputs", of: flake.value) ?? session.evaluator.null
            var listing = FlakeListing(session: session, display: display, printsTree: !json)
            listing.showsLegacy = legacy
            listing.showsAllSystems = allSystems
            let shown = try listing.visit(
                ValueRoot(outputs, session.evaluator), [], header: Style.bold(locked.flake.locked.url), indentation: "")
            if json { StandardStreams.outputLine(try shown.printed()) }
        }
    }
}
