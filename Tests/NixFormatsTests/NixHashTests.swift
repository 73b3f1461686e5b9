import NixFormats
import Testing

@Suite struct NixHashTests {
    /// Digests of `abc` as `builtins.convertHash` of Nix 2.34.8 spells them.
    static let spellings: [(HashAlgorithm, HashFormat, ByteString)] = [
        (.md5, .base16, "900150983cd24fb0d6963f7d28e17f72"),
        (.md5, .nix32, "3jgzhjhz9zjvbb0kyj7jc500ch"),
        (.md5, .base64, "kAFQmDzST7DWlj99KOF/cg=="),
        (.md5, .sri, "md5-kAFQmDzST7DWlj99KOF/cg=="),
        (.sha1, .base16, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (.sha1, .nix32, "kpcd173cq987hw957sx6m0868wv3x6d9"),
        (.sha1, .base64, "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="),
        (.sha1, .sri, "sha1-qZk+NkcGgWq6PiVxeFDCbJzQ2J0="),
        (.sha256, .base16, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (.sha256, .nix32, "1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s"),
        (.sha256, .base64, "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
        (.sha256, .sri, "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
        (
            .sha512, .base16,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
        (
            .sha512, .nix32,
            "2gs8k559z4rlahfx0y688s49m2vvszylcikrfinm30ly9rak69236nkam5ydvly1ai7xac99vxfc4ii84hawjbk876blyk1jfhkbbyx"
        ),
        (
            .sha512, .base64,
            "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="
        ),
        (
            .sha512, .sri,
            "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="
        ),
    ]

    @Test(arguments: spellings) func printsAndParses(algorithm: HashAlgorithm, format: HashFormat, text: ByteString)
        throws
    {
        let hash = Digester.hash(algorithm, "abc")
        #expect(hash.printed(format, withAlgorithm: false) == text)
        #expect(try NixHash.parse(text, expected: algorithm) == (hash, format))
        if format == .sri {
            #expect(try NixHash(parsing: text) == hash)
            #expect(try NixHash(parsingSRI: text) == hash)
            #expect(try NixHash(parsingPrefixed: text) == hash)
        } else {
            let prefixed = ByteString(Array("\(algorithm):".utf8) + text.bytes)
            #expect(hash.printed(format, withAlgorithm: true) == prefixed)
            #expect(try NixHash(parsing: prefixed) == hash)
            #expect(try NixHash(parsingPrefixed: prefixed) == hash)
            #expect(try NixHash(parsingUnprefixed: text.bytes[...], algorithm) == hash)
        }
    }

    @Test func acceptsUpperCaseHexAndMissingPadding() throws {
        let hash = Digester.hash(.sha256, "abc")
        #expect(
            try NixHash(
                parsing: "sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD") == hash)
        #expect(try NixHash(parsing: "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0") == hash)
        #expect(try NixHash(parsing: "sha256-ungWv48Bz+pBQUDeXa4iI7\nADYaOWF3qctBD/YfIAFa0=junk") == hash)
    }

    /// Messages of `builtins.convertHash` in Nix 2.34.8.
    static let refused: [(ByteString, HashAlgorithm?, String)] = [
        ("AAA", .sha256, "hash 'AAA' has wrong length for hash algorithm 'sha256'"),
        ("AAA", nil, "hash 'AAA' does not include a type, nor is the type otherwise known from context"),
        ("sha512-AAA", .sha256, "hash 'sha512-AAA' should have type 'sha256'"),
        ("sha256:zz", .sha256, "hash 'zz' has wrong length for hash algorithm 'sha256'"),
        ("sha256-AAA", .sha256, "invalid SRI hash 'AAA', length 2 != expected length 32"),
        ("sha256-!!", .sha256, "invalid SRI hash '!!', length 0 != expected length 32"),
        ("sha256-...", nil, "invalid SRI hash '...', length 0 != expected length 32"),
        ("sha256-", nil, "invalid SRI hash '', length 0 != expected length 32"),
        (
            "foo-AAA", .sha256,
            "unknown hash algorithm 'foo', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'"
        ),
        ("foo:AAA", nil, "unknown hash algorithm 'foo', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'"),
        (
            "blake3-AAA", nil,
            "experimental Nix feature 'blake3-hashes' is disabled; add '--extra-experimental-features blake3-hashes' to enable it"
        ),
        (
            "sha256:e000000000000000000000000000000000000000000000000000", nil,
            "invalid nix32 hash 'e000000000000000000000000000000000000000000000000000', length 0 != expected length 32"
        ),
        (
            "sha256:zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", nil,
            "invalid nix32 hash 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz', length 33 != expected length 32"
        ),
        (
            "sha256:000000000000000000000000000000000000000000000000000000000000000g", nil,
            "invalid base16 hash '000000000000000000000000000000000000000000000000000000000000000g', length 0 != expected length 32"
        ),
        (
            "sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!", nil,
            "invalid Base64 hash 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!', length 0 != expected length 32"
        ),
    ]

    @Test(arguments: refused) func refuses(text: ByteString, expected: HashAlgorithm?, message: String) {
        // What names no algorithm at all counts as a misuse of the program.
        let error = FormatError(.hash, message, isUsage: message.hasPrefix("unknown hash algorithm"))
        #expect(throws: error) { try NixHash(parsing: text, expected: expected) }
    }

    @Test func emptyMeansFake() throws {
        let (hash, wasEmpty) = try NixHash.parseAllowingEmpty("", expected: .sha256)
        #expect(wasEmpty && hash.isFake)
        #expect(hash.sri == "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
        #expect(try NixHash.parseAllowingEmpty(hash.sri, expected: nil) == (hash, false))
        #expect(throws: FormatError(.hash, "empty hash requires explicit hash algorithm")) {
            try NixHash.parseAllowingEmpty("", expected: nil)
        }
        #expect(!Digester.sha256([]).isFake)
    }

    @Test func namesOfFormats() throws {
        #expect(try HashFormat(parsing: "base32".utf8) == .nix32)
        for format in HashFormat.allCases { #expect(try HashFormat(parsing: "\(format.name)".utf8) == format) }
        #expect(
            throws: FormatError(
                .hash, "unknown hash format 'hex', expect 'base16', 'base32', 'base64', or 'sri'",
                isUsage: true)
        ) {
            try HashFormat(parsing: "hex".utf8)
        }
    }

    @Test func compressesByFolding() {
        let hash = NixHash(.sha256, (0..<32).map { UInt8($0) })
        let folded = hash.compressed(to: 20).bytes
        #expect(folded.count == 20)
        for index in 0..<20 { #expect(folded[index] == hash.bytes[index] ^ (index < 12 ? hash.bytes[index + 20] : 0)) }
    }

    @Test func ordersBySizeThenBytes() {
        #expect(Digester.hash(.md5, "b") < Digester.hash(.sha1, "a"))
        #expect(NixHash(.sha256, [1, 2]) < NixHash(.sha256, [1, 3]))
        #expect(!(NixHash(.sha256, [1, 2]) < NixHash(.sha256, [1, 2])))
    }

    @Test func encodingsRoundTrip() {
        var random = RandomSource(seed: 7)
        for _ in 0..<500 {
            let bytes = random.bytes(upTo: 70)
            #expect(Base16.decode(Base16.encode(bytes).bytes) == bytes)
            #expect(Base64.decode(Base64.encode(bytes).bytes) == bytes)
            let text = NixBase32.encode(bytes).bytes
            #expect(text.count == NixBase32.encodedCount(bytes.count))
            #expect(NixBase32.decode(text).map { Array($0.prefix(bytes.count)) } == bytes)
        }
    }
}

@Suite struct DigesterTests {
    @Test(arguments: HashAlgorithm.allCases) func piecesGiveTheSameDigest(algorithm: HashAlgorithm) {
        var random = RandomSource(seed: 11)
        let message = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        let expected = Digester.hash(algorithm, message)
        let digester = Digester(algorithm)
        for _ in 0..<2 {
            var start = 0
            while start < message.count {
                let end = min(message.count, start + Int.random(in: 1...9000, using: &random))
                digester.update(Array(message[start..<end]))
                start = end
                #expect(digester.byteCount == UInt64(end))
            }
            #expect(digester.currentHash() == expected)
            #expect(digester.finish() == expected)
            #expect(digester.byteCount == 0)
        }
        #expect(digester.finish() == Digester.hash(algorithm, []))
    }
}
