package import NixFormats

/// Reads the chunks of a xorb from bytes that come piece by piece (Xet specification, "Xorb Formation").
///
/// A chunk is a header of eight bytes (version 0, packed length, scheme, length; both of three bytes, little-endian) and
/// its content as it is (scheme 0), as an LZ4 frame (1), or as an LZ4 frame of its bytes in four groups (2).
package struct XetChunks: ~Copyable {
    private static let headerSize = 8
    /// Bytes of the longest chunk.
    private static let longest = 128 << 10

    private var pending: [UInt8] = []
    /// Bytes of `pending` that are read.
    private var read = 0
    private var content: [UInt8] = []
    private var grouped: [UInt8] = []

    package init() {}

    /// Whether no byte of a further chunk has come.
    package var isAtBoundary: Bool { read == pending.count }

    /// Takes bytes.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if read > 0 {
            pending.removeFirst(read)
            read = 0
        }
        pending.append(contentsOf: bytes)
    }

    /// Gives `body` the next chunk's content; nil when it is not there to its end.
    package mutating func next<Result>(
        _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(FormatError) -> Result? {
        guard pending.count - read >= Self.headerSize else { return nil }
        let packed = number(at: read + 1)
        let length = number(at: read + 5)
        let scheme = pending[read + 4]
        guard pending[read] == 0 else { throw Self.invalid("version \(pending[read]) is unknown") }
        guard (1...Self.longest).contains(length), (1...2 * Self.longest).contains(packed) else {
            throw Self.invalid("its length is impossible")
        }
        guard pending.count - read - Self.headerSize >= packed else { return nil }
        let start = read + Self.headerSize
        defer { read = start + packed }
        if content.count < length { content = [UInt8](repeating: 0, count: Self.longest) }
        if grouped.isEmpty, scheme == 2 { grouped = [UInt8](repeating: 0, count: Self.longest) }
        return try unpack(start..<start + packed, scheme, length, body)
    }

    private mutating func unpack<Result>(
        _ place: Range<Int>, _ scheme: UInt8, _ length: Int, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(FormatError) -> Result {
        switch scheme {
        case 0:
            guard place.count == length else { throw Self.invalid("it has another length than it says") }
            return pending.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[place])) }
        case 1:
            try Self.decode(pending, place, into: &content, length)
        case 2:
            try Self.decode(pending, place, into: &grouped, length)
            Self.ungroup(grouped, into: &content, length)
        default: throw Self.invalid("scheme \(scheme) is unknown")
        }
        return content.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<length])) }
    }

    private static func decode(
        _ input: [UInt8], _ place: Range<Int>, into output: inout [UInt8], _ length: Int
    ) throws(FormatError) {
        let outcome: Swift.Result<Void, FormatError> = input.withUnsafeBytes { input in
            output.withUnsafeMutableBytes { output in
                do throws(FormatError) {
                    try LZ4Frame.decode(
                        UnsafeRawBufferPointer(rebasing: input[place]),
                        into: UnsafeMutableRawBufferPointer(rebasing: output[..<length]))
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }
        }
        do { try outcome.get() } catch { throw invalid(error.message) }
    }

    /// Puts first, second, third and fourth bytes, which lie together, back in turn.
    private static func ungroup(_ grouped: [UInt8], into content: inout [UInt8], _ length: Int) {
        let quarter = length / 4
        let rest = length % 4
        let second = quarter + min(rest, 1)
        let third = second + quarter + (rest > 1 ? 1 : 0)
        let fourth = third + quarter + (rest > 2 ? 1 : 0)
        grouped.withUnsafeBufferPointer { grouped in
            content.withUnsafeMutableBytes { content in
                for index in 0..<quarter {
                    let word =
                        UInt32(grouped[index]) | UInt32(grouped[second + index]) << 8
                        | UInt32(grouped[third + index]) << 16 | UInt32(grouped[fourth + index]) << 24
                    content.storeBytes(of: word.littleEndian, toByteOffset: index * 4, as: UInt32.self)
                }
                for (place, start) in [0, second, third].prefix(rest).enumerated() {
                    content[quarter * 4 + place] = grouped[start + quarter]
                }
            }
        }
    }

    private func number(at index: Int) -> Int {
        Int(pending[index]) | Int(pending[index + 1]) << 8 | Int(pending[index + 2]) << 16
    }

    private static func invalid(_ reason: String) -> FormatError {
        FormatError(.compression, "a chunk is damaged: \(reason)")
    }
}
