import NixBuild
import NixFetch
import Synchronization

/// `nixlite prefetch`: fetches a model into the store and prints its hash and the Nix text that describes it.
struct PrefetchCommand: Command {
    var global = GlobalArguments()
    var build = BuildArguments()
    var files: [String] = []
    var extract = false
    var name: String?
    var expectedHash: String?
    var json = false
    var address: String?

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try global.declare(&line)
        try build.declare(&line)
        try line.option("--files", addsTo: &files, "pattern", "Only files that match; may be repeated.")
        line.flag("--extract", "--unpack", sets: &extract, "Unpack the archive that a URL names.")
        try line.option("--name", sets: &name, "name", "The model's name in the printed description.")
        try line.option(
            "--expected-hash", sets: &expectedHash, "hash",
            "Fetch nothing where the store has this already, and fail when another hash is got.")
        line.flag("--json", sets: &json, "Print JSON.")
        line.positional(
            "address", sets: &address,
            "hf:org/model[@revision], s3://bucket/prefix[?region=R&endpoint=URL&profile=P], git+lfs:URL?rev=R, "
                + "ollama:model[:tag], mlflow:name[/version|/stage|@alias][?uri=URL], https://… or file://…")
    }

    func run() throws {
        var options = ModelAddress.Options()
        options.files = files
        options.extracts = extract
        options.environment = .current()
        guard let address else { throw UsageError("missing expected argument '<address>'") }
        let model = try ModelAddress(address, options)
        var session = try CommandSession(global: global, evaluation: EvaluationArguments(), build: build)
        let version = FetchedVersion()
        session.observer = { event in version.observe(event) }
        session.showsPlan = false
        try session.run { session, _ in
            let prefetch = try Prefetch(session, model, expected: expectedHash)
            let printed = PrefetchReport(
                model: model, name: name ?? model.name, prefetch: prefetch, version: version.value)
            StandardStreams.output(try json ? printed.json() : printed.text())
        }
    }
}

/// The version that a fetch found behind a revision, stage or tag.
private final class FetchedVersion: Sendable {
    private let found = Mutex<String?>(nil)

    var value: String? { found.withLock { $0 } }

    func observe(_ event: BuildEvent) {
        if case .identified(_, let version) = event { found.withLock { $0 = version } }
    }
}
