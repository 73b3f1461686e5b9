import NixBuild
import NixEval
import NixFetch
import NixFormats
import NixStore
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

/// A fetched model: its hash and where it is.
struct Prefetch {
    let hash: NixHash
    let path: String
    /// Where the path really is, in a store that is not at its own place.
    let realPath: String
    /// Bytes.
    let narSize: UInt64

    /// Builds the model's raw derivation.
    ///
    /// Without an expected hash it is built against one that nothing has: the store keeps what it gets under its own.
    init(_ session: Session, _ model: ModelAddress, expected: String?) throws {
        var hash = expected ?? NixHash.fake(.sha256).sri.description
        if expected == nil {
            let wanted = try Self.derivation(session, model, hash)
            do throws(SessionError) {
                try session.build(wanted)
            } catch {
                guard case .realisation(let failure) = error, let got = failure.failures.compactMap(\.got).first else {
                    throw error
                }
                hash = got.sri.description
            }
        }
        // Against its own hash it is there already.
        let derivations = try Self.derivation(session, model, hash)
        if let expected {
            do throws(SessionError) {
                try session.build(derivations)
            } catch {
                guard case .realisation(let failure) = error, let got = failure.failures.compactMap(\.got).first else {
                    throw error
                }
                throw CommandFailure(
                    "'\(model.name)' has another hash than expected\n  expected: \(expected)\n  got:      \(got.sri)",
                    code: 102)
            }
        }
        let store = try session.access.store()
        guard let output = try session.results(derivations).first?.outputs.first else {
            throw CommandFailure("the model has no output")
        }
        self.hash = try NixHash(parsing: ByteString(hash), expected: .sha256)
        path = session.printed(output.path).description
        realPath = store.realPath(output.path).description
        narSize = try store.requireInfo(output.path).narSize
    }

    private static func derivation(
        _ session: Session, _ model: ModelAddress, _ hash: String
    ) throws(SessionError) -> [SelectedDerivation] {
        let members = [("name", NixLiteral.string(model.name))] + model.description(hash: hash)
        return try session.derivations(in: try session.rawModel(NixLiteral.attributes(members).json))
    }
}

/// What `nixlite prefetch` prints.
struct PrefetchReport {
    let model: ModelAddress
    let name: String
    let prefetch: Prefetch
    let version: String?

    /// The model with the commit in place of a branch that was not named: the tree is the same, and stays so.
    private var pinned: ModelAddress {
        var pinned = model
        if model.kind == "huggingface", let version, model.text("revision") == "main" {
            pinned.set("revision", to: version)
        }
        return pinned
    }

    /// The hash in a line, and the description.
    func text() -> String {
        let description = NixLiteral.attributes(pinned.description(hash: prefetch.hash.sri.description))
        return """
            \(prefetch.hash.sri)

            services.model-repo.models.\(NixLiteral.name(name)) = \(description.source());

            """
    }

    /// All of it in an object.
    func json() throws -> String {
        let description = pinned.description(hash: prefetch.hash.sri.description)
        let members: [(ByteString, JSONValue)] = [
            ("hash", .string(prefetch.hash.sri)),
            ("name", .string(ByteString(name))),
            ("narSize", .number(ByteString("\(prefetch.narSize)"))),
            ("nix", .string(ByteString(NixLiteral.attributes(description).source()))),
            ("source", NixLiteral.attributes([(pinned.kind, .attributes(pinned.members))]).json),
            ("storePath", .string(ByteString(prefetch.path))),
            ("realPath", .string(ByteString(prefetch.realPath))),
            ("version", version.map { .string(ByteString($0)) } ?? .null),
        ]
        return "\(try JSONValue.object(SortedMap(members)).printed())\n"
    }
}
