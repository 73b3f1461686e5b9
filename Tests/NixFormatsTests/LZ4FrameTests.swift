import NixFormats
import Testing

@Suite struct LZ4FrameTests {
    /// Frames that lz4 4.4.5 for Python (liblz4) made of `text`.
    struct Frame: Sendable, CustomTestStringConvertible {
        let count: Int
        let hasChecksum: Bool
        let base64: String
        var testDescription: String { "\(count) bytes" }
    }

    static let frames: [Frame] = [
        Frame(count: 0, hasChecksum: false, base64: "BCJNGGBAggAAAAA="),
        Frame(count: 1, hasChecksum: false, base64: "BCJNGGhAAQAAAAAAAAAsAQAAgIgAAAAA"),
        Frame(count: 13, hasChecksum: true, base64: "BCJNGHxADQAAAAAAAAA5CgAAABOIAQBQiIiIiIhSobp5AAAAADr9q00="),
        Frame(
            count: 300, hasChecksum: false,
            base64: "BCJNGGBAgjAAAAAfiAEAGv8GdGhlIHF1aWNrIGJyb3duIGZveCCYAQA2NgcICQMAHzcBAHpQNzc3NzcAAAAA"),
        Frame(
            count: 2000, hasChecksum: true,
            base64:
                "BCJNGHxA0AcAAAAAAAAYCQEAAB+IAQAa/wZ0aGUgcXVpY2sgYnJvd24gZm94IJgBADY2BwgJAwAfNwEA5QkGAQ8DADAPtAEB/yQNR8IPojsOOBpQO0JhirVTjQMeLZmrTajeAISUMKTpeRjfoUT3dJJEarZpVe7b3FzGkTKCACcPgQABDuUADwMAUg9iAE8/YOM3nQEtDxQAFf8VhHlekbwh6zJMaOY2snMIoNRigPWsqjmvJ6la8Uh0D32S9YilAQAcH/0BAKT/A5rnfSZ3PsCgc7eaPATwcqTlCQEAPQ+BAQEf+AEA/wgPLwEBH+YBAPT/EMhD1iQVp3LiBqmzMglCdyLgf4Oms5507F/fFP67jk0BACZQTU1NTU099MgTAAAAAGBYeqM="
        ),
        Frame(
            count: 3000, hasChecksum: false,
            base64:
                "BCJNGGhAuAsAAAAAAADxgAEAAB+IAQAa/wZ0aGUgcXVpY2sgYnJvd24gZm94IJgBADY2BwgJAwAfNwEA5QYDAQgPAQ8MACcPtAEB/yQNR8IPojsOOBpQO0JhirVTjQMeLZmrTajeAISUMKTpeRjfoUT3dJJEarZpVe7b3FzGkTKXACcPgQABD04AJw8JAScxCQcIBQAPRAAsDz8ACz9g4zcjAA0IQQAPHAEBDxQAFf8VhHlekbwh6zJMaOY2snMIoNRigPWsqjmvJ6la8Uh0D32S9YilAQAcH/0BAKT/A5rnfSZ3PsCgc7eaPATwcqTlCQEAPQ+VAQEf+AEA/wgPLwEBH+YBAPT/EMhD1iQVp3LiBqmzMglCdyLgf4Oms5507F/fFP67jk0BAFIfowEAkx+NAQDqH90BAIvyB9d7UPXjZfi9xhkAWkm4rwjKkCONFEgBAP8YCWcAFsuxQpcXwyAgIOpFA5/34IgrmaCLyjQsLY9ByUEDlNUust8TAQCUH4oBAFcPOQUBGuoBAFDq6urq6gAAAAA="
        ),
    ]

    static let checksums: [(Int, UInt32)] = [
        (0, 46947589), (1, 4036057575), (4, 1860902891), (15, 2062001059), (16, 449822607), (17, 1259300529),
        (31, 3087247664), (32, 1701819944), (100, 3035690193), (1003, 798746971),
    ]

    private func decode(_ frame: [UInt8], count: Int) throws -> [UInt8] {
        var output = [UInt8](repeating: 0, count: count)
        try frame.withUnsafeBytes { frame in
            try output.withUnsafeMutableBytes { output in try LZ4Frame.decode(frame, into: output) }
        }
        return output
    }

    /// The text of the frames: words of a small vocabulary, runs of one byte and of three, bytes that do not repeat.
    private static func text(_ count: Int) -> [UInt8] {
        var state: UInt32 = 1
        func next() -> UInt32 {
            state = state &* 1_664_525 &+ 1_013_904_223
            return state >> 16
        }
        var text: [UInt8] = []
        while text.count < count {
            switch next() % 4 {
            case 0: text += [UInt8](repeating: UInt8(next() % 256), count: Int(next() % 300))
            case 1: for index in 0..<Int(next() % 200) { text.append([7, 8, 9][index % 3]) }
            case 2: for _ in 0..<(next() % 40) { text.append(UInt8(next() % 256)) }
            default: text += Array("the quick brown fox ".utf8)
            }
        }
        return Array(text[..<count])
    }

    @Test(arguments: frames) func decodesFramesOfTheReference(_ frame: Frame) throws {
        let bytes = try #require(Base64.decode(Array(frame.base64.utf8)[...]))
        #expect(try decode(bytes, count: frame.count) == Self.text(frame.count))
    }

    /// Every cut is refused, and whatever byte is changed, the decoder stays within bounds.
    @Test(arguments: frames) func refusesOtherFrames(_ frame: Frame) throws {
        let bytes = try #require(Base64.decode(Array(frame.base64.utf8)[...]))
        for count in 0..<bytes.count {
            #expect(throws: FormatError.self) { try decode(Array(bytes[..<count]), count: frame.count) }
        }
        #expect(throws: FormatError.self) { try decode(bytes + [0], count: frame.count) }
        #expect(throws: FormatError.self) { try decode(bytes, count: frame.count + 1) }
        if frame.count > 0 { #expect(throws: FormatError.self) { try decode(bytes, count: frame.count - 1) } }
        var changed = 0
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 0x55
            if (try? decode(other, count: frame.count)) == nil { changed += 1 }
        }
        #expect(changed > 0)
        if frame.hasChecksum { #expect(changed == bytes.count) }
    }

    /// Values of the reference implementation, `xxhash.xxh32(text).intdigest()`.
    @Test func hashesAsXXHash() {
        for (count, value) in Self.checksums {
            #expect(Self.text(count).withUnsafeBytes { XXHash32.hash($0) } == value)
        }
    }
}
