import NixFormats
import Testing

/// Moving content to other paths; what Nix 2.34 gives for the same content.
@Suite struct TextReplacerTests {
    private func replaced(_ text: String, _ pairs: [(String, String)], pieces: Int) -> String {
        var replacer = TextReplacer(pairs.map { (Array($0.0.utf8), Array($0.1.utf8)) })
        var output: [UInt8] = []
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            let end = min(start + pieces, bytes.count)
            output += replacer.replace(Array(bytes[start..<end]))
            start = end
        }
        output += replacer.finish()
        return String(decoding: output, as: UTF8.self)
    }

    @Test(arguments: 1...12) func findsTextsAcrossPieces(pieces: Int) {
        let pairs = [("abc", "ABC"), ("xyz", "XYZ")]
        #expect(replaced("abcab abcd xyz abc", pairs, pieces: pieces) == "ABCab ABCd XYZ ABC")
    }

    @Test func goesOnBehindAMatch() {
        #expect(replaced("aaaaa", [("aa", "ba")], pieces: 2) == "babaa")
        #expect(replaced("ab", [("abc", "ABC")], pieces: 1) == "ab")
        #expect(replaced("abxy", [("abcd", "1234"), ("xy", "XY")], pieces: 4) == "abXY")
        #expect(replaced("same", [], pieces: 3) == "same")
    }

    /// Nix rewrote a file that mentions itself and another to this address.
    @Test(arguments: [1, 7, 64, 1000]) func addressesContentThatMentionsItself(pieces: Int) throws {
        let own = "g142b3xvsp3jxqhrsv4vhlpk9zhrv4a1"
        let other = "/nix/store/mwpjp6kkgnvmy92dh9k0f3xzg54h68l0-leaf"
        let contents = ByteString("\(other) /nix/store/\(own)-ia-leaf\n")
        var nar: [UInt8] = []
        let writer = NARWriter { nar.append(contentsOf: $0) }
        try writer.regular(size: UInt64(contents.count), isExecutable: false)
        try contents.bytes.withUnsafeBytes { try writer.contents($0) }
        try writer.finish()
        var digester = ModuloDigester(.sha256, hashPart: Array(own.utf8)[...])
        for start in stride(from: 0, to: nar.count, by: pieces) {
            digester.update(Array(nar[start..<min(start + pieces, nar.count)]))
        }
        let hash = digester.finish()
        #expect(
            hash.printed(.nix32, withAlgorithm: true).description
                == "sha256:1rz24jvrias1p83pgjyf8sfdn88nzmjx1lbjg4ynan7lm8iiygf8")
        let path = try StoreDirectory.standard.fixedOutputPath(
            name: Array("ia-leaf".utf8), address: ContentAddress(method: .nar, hash: hash),
            references: [try StorePath(baseName: "mwpjp6kkgnvmy92dh9k0f3xzg54h68l0-leaf")], selfReference: true)
        #expect(path.description == "mvzz8wrwq3wyhrvrwc2bdnbk8gap5kn0-ia-leaf")
    }

    @Test func contentThatDoesNotMentionItselfHasItsPlainDigest() {
        var digester = ModuloDigester(.sha256, hashPart: Array("g142b3xvsp3jxqhrsv4vhlpk9zhrv4a1".utf8)[...])
        digester.update(Array("text".utf8))
        #expect(digester.finish() == Digester.hash(.sha256, "text"))
    }
}

@Suite struct BinaryCacheInfoTests {
    static let texts: [(ByteString, ByteString?)] = [
        ("StoreDir: /nix/store\n", "/nix/store"), ("WantMassQuery: 1\nStoreDir:/x\t\r\nPriority: 40\n", "/x"),
        ("", nil), ("nonsense", nil), ("StoreDir:\n", nil), ("storedir: /x\n", nil), ("StoreDir: /a b\n", "/a b"),
    ]

    @Test(arguments: texts) func readsTheStoreFolder(text: ByteString, folder: ByteString?) {
        #expect(BinaryCacheInfo(parsing: text).storeDirectory == folder)
    }

    @Test func readsThePriority() {
        #expect(BinaryCacheInfo(parsing: "StoreDir: /x\nPriority: 40\n").priority == 40)
        #expect(BinaryCacheInfo(parsing: "Priority: many\n").priority == nil)
    }
}
