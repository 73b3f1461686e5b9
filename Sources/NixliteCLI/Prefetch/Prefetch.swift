import NixBuild
import NixFormats
import NixStore

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
            if let got = try Self.otherHash(session, Self.derivation(session, model, hash)) {
                hash = got.sri.description
            }
        }
        // Against its own hash it is there already.
        let derivations = try Self.derivation(session, model, hash)
        if let expected, let got = try Self.otherHash(session, derivations) {
            throw CommandFailure(
                "'\(model.name)' has another hash than expected\n  expected: \(expected)\n  got:      \(got.sri)",
                code: 102)
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

    /// Builds, and returns the hash that was got where it is another than the derivation's.
    private static func otherHash(
        _ session: Session, _ derivations: [SelectedDerivation]
    ) throws(SessionError) -> NixHash? {
        do throws(SessionError) {
            try session.build(derivations)
            return nil
        } catch {
            guard case .realisation(let failure) = error, let got = failure.failures.compactMap(\.got).first else {
                throw error
            }
            return got
        }
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
