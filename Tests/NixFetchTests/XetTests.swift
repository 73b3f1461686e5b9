import NixFormats
import Testing

@testable import NixFetch

@Suite struct XetTests {
    /// Bytes in which some repeat.
    private static func text(_ count: Int) -> [UInt8] {
        var state: UInt32 = 1
        return (0..<count).map { index in
            state = state &* 1_664_525 &+ 1_013_904_223
            return index % 7 < 2 ? UInt8(state >> 24) : UInt8(index / 5 % 256)
        }
    }

    private static func hash(_ count: Int) -> XetHash {
        text(count).withUnsafeBytes { XetHash(chunk: $0) }
    }

    /// Expected values of Tests/Support/xet_store.py, whose hashes the real client's uploads confirm.
    private static let chunks: [(Int, String)] = [
        (1, "d05f8e578d8f83b4882265f73acb39efb4fbadf8ccc37c93122ebd6783b1ef22"),
        (100, "6c8e10edcda87a26a3768988216d07c0419127e42b71f0a77a960bbb5bfd8d94"),
        (70000, "80105a58e16154a31973c7d30403683d5d87b32b371efb0816fd634f3f727b84"),
    ]

    /// The roots over chunks of one byte, two and so on.
    private static let roots: [(Int, String)] = [
        (1, "d05f8e578d8f83b4882265f73acb39efb4fbadf8ccc37c93122ebd6783b1ef22"),
        (2, "f37e57f67187224d66dbe1ea2e6adc0c4a8dacf05cc968ba4bac8baf3e2e3e4b"),
        (3, "56103f31347687791103ea06ed0654258fd6021ab04251a04e5368e8571e85c7"),
        (9, "e3dd428d385a67f4d0334a5b5441f88f706d725c08b8bba03150d60ea8eb8959"),
        (10, "29cee2810020918e8b7cc173cc86c215ec71b55c2a94f775c2a90b689d63c540"),
        (57, "6faccd03bae13c5fa9e96ad5bd5e00770d2c7667886c061b4e630c3dd0073adf"),
        (1000, "c7ac013b37a52cba82ff0e721647abdebd9629091e16969300dfe98be0e40ffa"),
    ]

    /// Packed chunks of each scheme, by the same.
    private static let packed: [(Int, String)] = [
        (1, "AAEAAAABAAA8"),
        (1, "ABAAAAEBAAAEIk0YYECCAQAAgDwAAAAA"),
        (1, "ABAAAAIBAAAEIk0YYECCAQAAgDwAAAAA"),
        (2, "AAIAAAACAAA8Xg=="),
        (2, "ABEAAAECAAAEIk0YYECCAgAAgDxeAAAAAA=="),
        (2, "ABEAAAICAAAEIk0YYECCAgAAgDxeAAAAAA=="),
        (3, "AAMAAAADAAA8XgA="),
        (3, "ABIAAAEDAAAEIk0YYECCAwAAgDxeAAAAAAA="),
        (3, "ABIAAAIDAAAEIk0YYECCAwAAgDxeAAAAAAA="),
        (4, "AAQAAAAEAAA8XgAA"),
        (4, "ABMAAAEEAAAEIk0YYECCBAAAgDxeAAAAAAAA"),
        (4, "ABMAAAIEAAAEIk0YYECCBAAAgDxeAAAAAAAA"),
        (5, "AAUAAAAFAAA8XgAAAA=="),
        (5, "ABQAAAEFAAAEIk0YYECCBQAAgDxeAAAAAAAAAA=="),
        (5, "ABQAAAIFAAAEIk0YYECCBQAAgDwAXgAAAAAAAA=="),
        (7, "AAcAAAAHAAA8XgAAAAEB"),
        (7, "ABYAAAEHAAAEIk0YYECCBwAAgDxeAAAAAQEAAAAA"),
        (7, "ABYAAAIHAAAEIk0YYECCBwAAgDwAXgEAAQAAAAAA"),
        (
            255,
            "AP8AAAD/AAA8XgAAAAEBjgQBAgICAjz7AwMDAwQaEgQEBQUFQ8AGBgYGBox3BwcHCAgnXwgJCQkJ31QKCgoKC2ILCwsMDAycyw0NDQ0NdGQODg4PDyXmDxAQEBBrkBERERES8G4SEhMTE3F/FBQUFBQUSxUVFRYWk/sWFxcXF3OZGBgYGBmPBBkZGhoarvMbGxsbG/dMHBwcHR2Q1h0eHh4eS28fHx8fIKyFICAhISHdpiIiIiIiWWIjIyMkJE7YJCUlJSW+TiYmJiYnnw8nJygoKBznKSkpKSnzFioqKisr3nErLCwsLFxNLS0tLS7CKC4uLy8vY4MwMDAwMLigMTExMjLyVzI="
        ),
        (
            255,
            "AA4BAAH/AAAEIk0YYECC/wAAgDxeAAAAAQGOBAECAgICPPsDAwMDBBoSBAQFBQVDwAYGBgYGjHcHBwcICCdfCAkJCQnfVAoKCgoLYgsLCwwMDJzLDQ0NDQ10ZA4ODg8PJeYPEBAQEGuQERERERLwbhISExMTcX8UFBQUFBRLFRUVFhaT+xYXFxcXc5kYGBgYGY8EGRkaGhqu8xsbGxsb90wcHBwdHZDWHR4eHh5Lbx8fHx8grIUgICEhId2mIiIiIiJZYiMjIyQkTtgkJSUlJb5OJiYmJiefDycnKCgoHOcpKSkpKfMWKioqKyvecSssLCwsXE0tLS0tLsIoLi4vLy9jgzAwMDAwuKAxMTEyMvJXMgAAAAA="
        ),
        (
            255,
            "AA4BAAL/AAAEIk0YYECC/wAAgDwABAIDBARDBncICAkKYgzLDQ4PEGsRbhMUFBWTF5kYGRob9xzWHh8gIN0iYiQkJSafKOcpKissXC0oLzAwMfJeAQECAxoFwAYHCAnfCgsMDQ0OJRCQERITFBQV+xcYGRmuG0wdHR4frCGmIiMkJb4mDygpKSreLE0tLi8wuDFXAAECPAMSBQYGBycJVAoLDA10DuYQERIScRRLFhYXGI8a8xscHR5LH4UhIiIjTiVOJicoKfMqcSwtLi5jMKAyMgCOAvsDBAUGjAdfCQoLC5wNZA8PEBHwE38UFRYXcxgEGhsbHJAebx8gISJZI9glJicnHCkWKyssLcIvgzAxMgAAAAA="
        ),
    ]

    @Test func hashesChunks() throws {
        for (count, name) in Self.chunks {
            #expect(Self.hash(count).text == name)
            #expect(XetHash(parsing: name) == Self.hash(count))
        }
        #expect(XetHash(parsing: String(repeating: "0", count: 63)) == nil)
        #expect(XetHash(parsing: String(repeating: "g", count: 64)) == nil)
    }

    @Test func hashesTrees() {
        for (count, name) in Self.roots {
            let chunks = (1...count).map { (hash: Self.hash($0), length: $0) }
            #expect(XetHash.root(of: chunks)?.text == name)
        }
        #expect(XetHash.root(of: []) == nil)
    }

    /// All chunks one behind the other, in pieces of every size.
    @Test(arguments: [1, 3, 8, 64, 100_000]) func readsChunks(piece: Int) throws {
        var bytes: [UInt8] = []
        for (_, base64) in Self.packed { bytes += try #require(Base64.decode(base64.utf8)) }
        var reader = XetChunks()
        var read: [[UInt8]] = []
        for start in stride(from: 0, to: bytes.count, by: piece) {
            bytes[start..<min(start + piece, bytes.count)].withUnsafeBytes { reader.append($0) }
            while let chunk = try reader.next({ Array($0) }) { read.append(chunk) }
        }
        let isAtBoundary = reader.isAtBoundary
        #expect(isAtBoundary)
        #expect(read == Self.packed.map { Self.text($0.0) })
    }

    @Test func refusesWhatIsNoChunk() throws {
        let good = try #require(Base64.decode(Self.packed[0].1.utf8))
        func read(_ change: (inout [UInt8]) -> Void) throws -> [UInt8]? {
            var bytes = good
            change(&bytes)
            var reader = XetChunks()
            bytes.withUnsafeBytes { reader.append($0) }
            return try reader.next { Array($0) }
        }
        #expect(try read { _ in } == Self.text(1))
        #expect(throws: FormatError.self) { try read { $0[0] = 1 } }
        #expect(throws: FormatError.self) { try read { $0[4] = 3 } }
        #expect(throws: FormatError.self) { try read { $0[5] = 2 } }
        #expect(throws: FormatError.self) { try read { $0[5] = 0 } }
        #expect(throws: FormatError.self) { try read { $0[7] = 3 } }
        #expect(throws: FormatError.self) { try read { $0[3] = 0xFF } }
        #expect(try read { $0.removeLast() } == nil)
    }

    private static let xorb = String(repeating: "ab", count: 32)

    private func plan(_ text: String, _ wanted: Range<Int64> = 10..<100, total: Int64 = 100) throws -> XetReconstruction
    {
        try XetReconstruction(
            try JSONValue(parsing: ByteString(text)),
            from: try URLReference("http://store.example/v2/reconstructions/1"),
            wanted: wanted, total: total)
    }

    @Test func readsBothVersions() throws {
        let terms = """
            "offset_into_first_range":4,"terms":[
            {"hash":"\(Self.xorb)","unpacked_length":50,"range":{"start":3,"end":5}},
            {"hash":"\(Self.xorb)","unpacked_length":44,"range":{"start":4,"end":6}}]
            """
        let second = try plan(
            """
            {\(terms),"xorbs":{"\(Self.xorb)":[{"url":"/x?s=1","ranges":[
            {"chunks":{"start":0,"end":2},"bytes":{"start":0,"end":9}},
            {"chunks":{"start":3,"end":6},"bytes":{"start":20,"end":99}}]}]}}
            """)
        let first = try plan(
            """
            {\(terms),"fetch_info":{"\(Self.xorb)":[
            {"range":{"start":3,"end":6},"url":"/x?s=1","url_range":{"start":20,"end":99}}]}}
            """)
        for answer in [first, second] {
            #expect(answer.fetches.count == 1)
            let fetch = try #require(answer.fetches.first)
            #expect(fetch.url.text == "http://store.example/x?s=1")
            #expect(fetch.bytes == 20...99)
            #expect(fetch.uses.map(\.range) == [6..<56, 56..<100])
            #expect(fetch.uses.map(\.chunks) == [3..<5, 4..<6])
        }
    }

    /// A term of some length and chunks, and the chunks of the only address.
    private func single(length: String, _ chunks: String, address: String, bytes: String = #"{"start":0,"end":9}"#)
        -> String
    {
        """
        {"offset_into_first_range":0,"terms":[{"hash":"\(Self.xorb)","unpacked_length":\(length),"range":\(chunks)}],
        "xorbs":{"\(Self.xorb)":[{"url":"/x","ranges":[{"chunks":\(address),"bytes":\(bytes)}]}]}}
        """
    }

    @Test func refusesPlansOutOfBounds() throws {
        let both = #"{"start":0,"end":2}"#
        #expect(try plan(single(length: "90", both, address: both)).fetches.count == 1)
        let bad = [
            single(length: "91", both, address: both), single(length: "0", both, address: both),
            single(length: "-1", both, address: both), single(length: "9223372036854775807", both, address: both),
            single(length: "90", #"{"start":2,"end":2}"#, address: both),
            single(length: "90", #"{"start":-1,"end":2}"#, address: both),
            single(length: "90", #"{"start":0,"end":3}"#, address: both),
            single(length: "90", both, address: #"{"start":0,"end":9223372036854775807}"#),
            single(length: "90", both, address: both, bytes: #"{"start":9,"end":8}"#),
            single(length: "90", both, address: both, bytes: #"{"start":0,"end":9223372036854775807}"#),
            single(length: "90", both, address: both).replacing("\"/x\"", with: "\"file:///etc/passwd\""),
            single(length: "90", both, address: both).replacing(":0,\"terms\"", with: ":11,\"terms\""),
            #"{"offset_into_first_range":0,"terms":[],"xorbs":{}}"#, "{}", "[]", "null",
        ]
        for text in bad { #expect(throws: TransferError.self, "\(text)") { try plan(text) } }
    }

    @Test func readsRepositoriesOfHubs() throws {
        func repository(_ url: String, _ endpoint: String? = nil) throws -> [String]? {
            let found = XetRepository(try URLReference(url), endpoint: endpoint)
            return found.map { [$0.base, $0.kind.rawValue, $0.name] }
        }
        #expect(try repository("https://hub.example/org/m.git") == ["https://hub.example", "model", "org/m"])
        #expect(try repository("https://hub.example/datasets/org/m") == ["https://hub.example", "dataset", "org/m"])
        #expect(
            try repository("https://hub.example/spaces/m", "https://api.example//") == [
                "https://api.example", "space", "m",
            ])
        #expect(try repository("https://me:secret@hub.example:8080/m") == ["https://hub.example:8080", "model", "m"])
        for url in ["https://hub.example/", "https://hub.example/a/b/c", "https://hub.example/.git"] {
            #expect(try repository(url) == nil)
        }
    }

    @Test func takesRangesBack() {
        var ranges = ByteRanges()
        ranges.insert(0..<100)
        ranges.insert(200..<300)
        ranges.remove(50..<60)
        ranges.remove(90..<210)
        ranges.remove(300..<400)
        #expect(ranges.ranges == [0..<50, 60..<90, 210..<300])
        #expect(ranges.contains(61..<90) && !ranges.contains(40..<61) && !ranges.contains(90..<91))
        ranges.remove(0..<300)
        #expect(ranges.ranges == [])
    }
}
