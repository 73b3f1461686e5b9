import NixFormats
import Testing

@testable import NixFetch

/// Random and mutated bytes into every reader of what a network or an edited file may hold: no trap, and an end.
@Suite struct HostileBytesTests {
    /// A small generator with a fixed seed (SplitMix64), so that a failure comes again.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let seeds = [
        #"{"version":1,"boot":"b","total":99,"etag":"\"x\"","written":[[0,5],[7,9]],"a":[true,null,-1.5e3,"\ud83d\ude00"]}"#,
        "<?xml version=\"1.0\"?><A><!-- c --><Key>a&amp;b&#65;&#x41;</Key><B/><C x=\"1\">d</C></A>",
        "https://user:p%40ss@host.example:8443/a/../b%20c/d?e=f&g#h", "bytes 0-99/1000", "bytes */0",
        "<https://h/x?c=1>; rel=\"next\", </y>; rel=prev", "\"api\";r=0;t=55", "Sun, 06 Nov 1994 08:49:37 GMT",
        "machine h login l password p\nmacdef x\n y\n\ndefault login a password b",
        "[profile x]\na = b\n s =\n  t = u\n",
        "*.[!a-z[:digit:]]?\\*[", "HTTP/1.1 206 Partial\r\n",
    ]

    @Test(arguments: 0..<seeds.count)
    func noReaderTraps(seed: Int) {
        var generator = Generator(state: UInt64(seed))
        let original = Array(Self.seeds[seed].utf8)
        var accepted = 0
        for _ in 0..<4000 {
            var bytes = original
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                let position = Int.random(in: 0...bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: position)
                case 1: bytes.removeSubrange(position..<min(bytes.count, position + 5))
                default: bytes.insert(contentsOf: bytes[..<position], at: position)
                }
            }
            accepted += read(bytes) ? 1 : 0
        }
        #expect(accepted > 0)
    }

    /// Gives bytes to every reader; whether one of them made something of them.
    private func read(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        let head = ResponseHead(
            status: 429,
            fields: [("content-range", text), ("retry-after", text), ("ratelimit", text), ("content-length", text)])
        var parser = ResponseHeadParser()
        if case .tooLong = bytes.withUnsafeBytes({ parser.feed($0) }) { return true }
        let reference = try? URLReference(text)
        let base = try? URLReference("http://a/b/c")
        let pattern = GlobPattern(text)
        let results: [Bool] = [
            (try? JSONValue(parsing: bytes)) != nil, (try? XMLElement(parsing: bytes)) != nil,
            PartialRecord(parsing: bytes) != nil, S3ErrorAnswer(bytes) != nil, reference != nil,
            reference?.lastPathSegment != nil, (try? base?.resolving(text)) != nil, head.contentRange != nil,
            head.contentLength != nil, RetryPolicy.askedPause(head, now: 0) != nil,
            LinkHeader.target(text, relation: "next") != nil, NetrcFile(parsing: text).entry(host: "h") != nil,
            !AWSProfiles.parse(text).isEmpty, pattern.matches(text), NetworkNames.objection(toPath: text) == nil,
            (try? ModelRequest(source: bytes, auth: bytes, network: bytes)) != nil, LFSPointer(parsing: bytes) != nil,
            GitTree.entries(bytes)?.isEmpty == false, GitTree.objects(bytes)?.isEmpty == false,
            !GitTree.paths(bytes, withValue: "lfs").isEmpty, !GitTree.references(bytes).isEmpty,
            (try? GitRemote(text)) != nil, AWSDate.seconds(text) != nil, !GitWords.reason(text).isEmpty,
            AWSCredentialProcess.words(text)?.isEmpty == false,
        ]
        if let reference {
            #expect((try? URLReference(reference.text))?.text == reference.text)
            #expect(
                !reference.redacted.contains("@") || reference.path.contains("@")
                    || reference.query?.contains("@") == true)
        }
        return results.contains(true)
    }

    @Test func nestingEnds() {
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: FormatError.self) { _ = try JSONValue(parsing: deep) }
        let tags = Array(String(repeating: "<a>", count: 100_000).utf8)
        #expect(throws: XMLElement.ParseError.self) { _ = try XMLElement(parsing: tags) }
    }

    /// A record's text survives: what is written is read back.
    @Test func recordsRoundTrip() throws {
        var record = PartialRecord(boot: "b\"\\oot")
        record.total = 1000
        record.validators = Validators(etag: "\"a\\b\"", lastModified: "Sun, 06 Nov 1994 08:49:37 GMT")
        for range in [10..<20, 30..<40, 20..<30, 0..<5] as [Range<Int64>] { record.written.insert(range) }
        #expect(PartialRecord(parsing: record.bytes) == record)
        #expect(record.written.ranges == [0..<5, 10..<40])
        #expect(record.written.frontier == 5 && record.written.count == 35)
        #expect(record.written.firstGap(below: 1000) == 5..<10)
    }
}
