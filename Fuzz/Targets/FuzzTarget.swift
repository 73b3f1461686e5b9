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

    /// Reads one input.
    package func run(_ bytes: [UInt8], _ interpreter: Interpreter) {
        switch self {
        case .parser: Self.parse(bytes)
        case .json: interpreter.call("fromJSON", bytes)
        case .toml: interpreter.call("fromTOML", bytes)
        case .pattern: interpreter.match(bytes)
        case .derivation: Self.readDerivation(bytes)
        case .nar: Self.readArchive(bytes)
        case .narinfo: Self.readNARInfo(bytes)
        case .storePath: Self.readStorePath(bytes)
        case .flakeReference: Self.readFlakeReference(bytes)
        case .document: Self.readDocument(bytes)
        case .xet: Self.readChunks(bytes)
        }
    }

    /// The longest input that is tried.
    package var maximumLength: Int {
        switch self {
        case .storePath: 300
        case .pattern: 80
        default: 4096
        }
    }

    private static let store = StoreDirectory("/nix/store")

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
        let plain = [read.system] + read.outputs.map(\.key) + read.inputDerivations.flatMap { Array($0.value) }
        guard plain.allSatisfy({ !$0.bytes.contains(UInt8(ascii: "\"")) && !$0.bytes.contains(UInt8(ascii: "\\")) })
        else { return }
        guard let again = try? ATermReader.read(written, name: "n", store: store) else {
            preconditionFailure("a written derivation cannot be read")
        }
        precondition((try? DerivationText(again, store: store).file()) == written)
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
        let (reference, _) = FlakeReference.split(text)
        _ = try? FlakeReference(parsing: reference, relativeTo: "/base")
    }

    /// In one piece and in several, which must give the same chunks.
    private static func readChunks(_ bytes: [UInt8]) {
        func read(inPiecesOf size: Int) -> (chunks: [[UInt8]], isRefused: Bool) {
            var reader = XetChunks()
            var chunks: [[UInt8]] = []
            do throws(FormatError) {
                for start in stride(from: 0, to: bytes.count, by: size) {
                    bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { reader.append($0) }
                    while let chunk = try reader.next({ Array($0) }) { chunks.append(chunk) }
                }
            } catch {
                return (chunks, true)
            }
            return (chunks, false)
        }
        let whole = read(inPiecesOf: max(1, bytes.count))
        let pieces = read(inPiecesOf: max(1, bytes.count / 7))
        precondition(whole == pieces)
    }

    private static func readDocument(_ bytes: [UInt8]) {
        _ = try? JSONValue(parsing: ByteString(bytes))
    }
}
