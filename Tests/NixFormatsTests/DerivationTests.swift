import NixFormats
import Testing

/// Derivations that Nix instantiated from `Golden/Derivations/*.nix`.
@Suite struct DerivationTests {
    static let names = Golden.names(in: "Derivations", suffix: ".drv")
    let store = StoreDirectory.standard

    static func load(_ path: StorePath) throws(FormatError) -> Derivation {
        let contents: ByteString
        do {
            contents = try Golden.file("Derivations/\(path)")
        } catch {
            throw FormatError(.derivation, "no such golden file: \(path)")
        }
        return try ATermReader.read(contents, name: Derivation.name(of: path), store: .standard)
    }

    @Test func goldenFilesAreThere() {
        #expect(Self.names.count == 18)
    }

    @Test(arguments: names) func readsAndWritesTheSameBytes(fileName: String) throws {
        let path = try StorePath(baseName: ByteString(fileName))
        let derivation = try Self.load(path)
        let file = try derivation.file(in: store)
        #expect(file.contents == (try Golden.file("Derivations/\(fileName)")))
        #expect(file.path == path)
    }

    /// Output paths and variables are taken away and must come back as Nix computed them.
    @Test(arguments: names) func fillsInOutputPaths(fileName: String) throws {
        let path = try StorePath(baseName: ByteString(fileName))
        let expected = try Self.load(path)
        var derivation = expected
        for output in expected.outputs {
            if case .inputAddressed = output.value { derivation.outputs[output.key] = .deferred }
            switch output.value {
            case .inputAddressed, .fixed, .deferred: derivation.environment[output.key] = ""
            case .floating, .impure: continue
            }
        }
        var hasher = DerivationHasher(store: store)
        let file = try hasher.finish(DerivationText(derivation, store: store), load: Self.load)
        #expect(file.contents == (try Golden.file("Derivations/\(fileName)")))
        #expect(file.path == path)
        #expect(file.references == expected.references)
    }

    @Test func recordedHashesAreThoseOfTheFiles() throws {
        var loading = DerivationHasher(store: store)
        var recording = DerivationHasher(store: store)
        for fileName in Self.names {
            let path = try StorePath(baseName: ByteString(fileName))
            let loaded = try loading.hashModulo(of: path, load: Self.load)
            let text = try DerivationText(Self.load(path), store: store)
            #expect(try recording.finish(text, load: Self.load).path == path)
            #expect(recording.memo[path] == loaded)
        }
        #expect(loading.memo == recording.memo)
        #expect(loading.memo.count == Self.names.count)
    }

    @Test func printsWhatNixDerivationShowPrints() throws {
        var derivations = SortedMap<StorePath, Derivation>()
        for fileName in Self.names where !fileName.hasSuffix("-bytes.drv") {
            let path = try StorePath(baseName: ByteString(fileName))
            derivations[path] = try Self.load(path)
        }
        var expected = try Golden.file("Derivations/show.json")
        #expect(expected.bytes.popLast() == UInt8(ascii: "\n"))
        #expect(try Derivation.json(of: derivations).printed() == expected)
    }

    @Test func refusesToShowWhatIsNotUTF8() throws {
        let fileName = try #require(Self.names.first { $0.hasSuffix("-bytes.drv") })
        let derivation = try Self.load(try StorePath(baseName: ByteString(fileName)))
        #expect(derivation.environment["latin"] == ByteString(Array("caf".utf8) + [0xE9]))
        #expect(throws: FormatError(.json, "[json.exception.type_error.316] incomplete UTF-8 string; last byte: 0xE9"))
        {
            try derivation.json().printed()
        }
    }
}
