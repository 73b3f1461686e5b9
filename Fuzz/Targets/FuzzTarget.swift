import NixBuild
import NixEval
import NixFetch
import NixFormats
import NixSyntax

/// The readers of text and bytes that come from elsewhere.
///
/// Each takes any input: it returns, or the program ends by a trap. What is accepted is written and read again, and
/// must be the same.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case parser, json, toml, derivation, nar, narinfo
    case storePath = "store-path"
    case flakeReference = "flake-reference"
    /// The JSON of lock files and servers, which is not the evaluator's.
    case document
    /// Chunks as Xet packs them, with LZ4.
    case xet
    /// `match` and `split`: a pattern, a line break, and the text that it is matched with.
    case pattern
    /// Hashes in every spelling, versions and package names.
    case hash
    /// What a Git LFS pointer says.
    case lfsPointer = "lfs-pointer"
    /// What git's plumbing prints of trees, attributes, objects and references.
    case gitListing = "git-listing"
    /// The answers of S3 services.
    case xml
    /// The lists of a file's parts that Xet servers give.
    case reconstruction
    /// The lines of an HTTP answer's head.
    case responseHead = "response-head"
    /// One LZ4 frame behind two bytes that say how much it unpacks to.
    case lz4
    /// Store objects as `nix-store --export` writes them.
    case exportArchive = "export-archive"
    /// A URL, a line break, and a reference from it.
    case url
    /// A pattern of file names, a line break, and a name.
    case glob
    /// `.netrc` and the AWS programs' configuration.
    case logins
    /// `devenv.yaml`.
    case devenv

    /// Reads one input.
    package func run(_ bytes: [UInt8], _ interpreter: Interpreter) {
        switch self {
        case .parser: Self.parse(bytes)
        case .json: interpreter.read("fromJSON", bytes)
        case .toml: interpreter.read("fromTOML", bytes)
        case .pattern: interpreter.match(bytes)
        case .derivation: Self.readDerivation(bytes)
        case .nar: Self.readArchive(bytes)
        case .narinfo: Self.readNARInfo(bytes)
        case .storePath: Self.readStorePath(bytes)
        case .flakeReference: Self.readFlakeReference(bytes)
        case .document: Self.readDocument(bytes)
        case .xet: Self.readChunks(bytes)
        case .hash: Self.readHash(bytes)
        case .lfsPointer: _ = LFSPointer(parsing: bytes)
        case .gitListing: Self.readGitListing(bytes)
        case .xml: _ = try? XMLElement(parsing: bytes)
        case .reconstruction: Self.readReconstruction(bytes)
        case .responseHead: Self.readResponseHead(bytes)
        case .lz4: Self.unpackFrame(bytes)
        case .exportArchive: interpreter.store.read(bytes)
        case .url: Self.readURL(bytes)
        case .glob: Self.matchName(bytes)
        case .logins: Self.readLogins(bytes)
        case .devenv: _ = try? DevenvFile(parsing: String(decoding: bytes, as: UTF8.self), name: "devenv.yaml")
        }
    }

    /// The longest input that is tried.
    package var maximumLength: Int {
        switch self {
        case .storePath, .hash: 300
        case .pattern: 60
        case .url, .glob: 400
        default: 4096
        }
    }

    static let store = StoreDirectory("/nix/store")

    /// Parses and prints, or words the error.
    private static func parse(_ bytes: [UInt8]) {
        let symbols = SymbolTable()
        let source = SourceFile(origin: .string, directory: "/", bytes: bytes)
        var options = ParseOptions()
        options.features = ParseOptions.Features(pipeOperators: true)
        do throws(SyntaxError) {
            let tree = try Parser.parse(source: source, symbols: symbols, options: options)
            _ = ASTPrinter.print(tree, symbols: symbols, homeDirectory: "/home")
        } catch {
            _ = TerminalText.filtered(DiagnosticRenderer.render(error))
        }
    }

    private static func readDerivation(_ bytes: [UInt8]) {
        guard let read = try? ATermReader.read(ByteString(bytes), name: "n", store: store) else { return }
        guard let written = try? DerivationText(read, store: store).file() else { return }
        // Nix writes the names of outputs and the system as they are.
        let plain =
            [read.system] + read.outputs.map(\.key) + read.inputDerivations.flatMap { Array($0.value) }
            + read.dynamicInputs.flatMap { outputs(in: $0.value) }
        guard plain.allSatisfy({ !$0.bytes.contains(UInt8(ascii: "\"")) && !$0.bytes.contains(UInt8(ascii: "\\")) })
        else { return }
        guard let again = try? ATermReader.read(written, name: "n", store: store) else {
            preconditionFailure("a written derivation cannot be read")
        }
        precondition((try? DerivationText(again, store: store).file()) == written)
    }

    private static func outputs(in held: SortedMap<ByteString, DynamicInputs>) -> [ByteString] {
        held.flatMap { [$0.key] + Array($0.value.outputs) + outputs(in: $0.value.held) }
    }

    private static func readArchive(_ bytes: [UInt8]) {
        let whole = NARListingBuilder()
        let reader = NARReader(visitor: whole)
        let consumed = try? reader.read(bytes)
        // In pieces the answer is the same.
        let piece = max(1, bytes.count / 7)
        let reader2 = NARReader(visitor: NARListingBuilder())
        var failed = false
        for start in stride(from: 0, to: bytes.count, by: piece) where !failed {
            failed = (try? reader2.read(Array(bytes[start..<min(start + piece, bytes.count)]))) == nil
        }
        precondition(failed == (consumed == nil))
        precondition(failed || reader.isComplete == reader2.isComplete)
    }

    private static func readNARInfo(_ bytes: [UInt8]) {
        guard let read = try? NARInfo(parsing: ByteString(bytes), source: "s", store: store) else { return }
        let written = read.printed(store: store)
        guard let again = try? NARInfo(parsing: written, source: "s", store: store) else {
            preconditionFailure("a written narinfo cannot be read")
        }
        precondition(again.printed(store: store) == written)
        _ = try? read.fingerprint(store: store)
    }

    private static func readStorePath(_ bytes: [UInt8]) {
        let text = ByteString(bytes)
        if let path = try? store.parse(text) {
            precondition((try? store.parse(store.print(path))) == path)
        }
        if let path = try? StorePath(baseName: text) { precondition(path.baseName == text) }
        _ = try? store.parsePrefix(text)
        _ = try? StoreDirectory.canonicalPath(text)
        if let address = try? ContentAddress(parsing: text) {
            precondition((try? ContentAddress(parsing: address.printed()))?.printed() == address.printed())
        }
        _ = try? Signature(parsing: text)
    }

    private static func readFlakeReference(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let features: Set<String> = ["flakes"]
        _ = try? InputReference(
            parsing: FlakeAddress.split(text).address, features: features, needsTree: false, allowsRelativePaths: true)
        guard let input = try? InputReference(parsing: text, features: features),
            let written = try? input.text(features: features)
        else { return }
        _ = try? InputReference(parsing: written, features: features)
    }

    private static func readDocument(_ bytes: [UInt8]) {
        guard let read = try? JSONValue(parsing: ByteString(bytes)) else { return }
        guard let written = try? read.printed() else { return }
        precondition((try? JSONValue(parsing: written).printed()) == written)
        _ = try? StructuredAttributes(parsing: ByteString(bytes), outputs: [("out", "/nix/store/x")])
    }
}
