import Glibc

/// A frame of LZ4 in memory (LZ4 frame format 1.6.4 and LZ4 block format): one frame, without a dictionary.
package enum LZ4Frame {
    private static let magic: UInt32 = 0x184D_2204

    /// What the frame's first bytes say.
    private struct Header {
        var blocksAreIndependent = false
        var hasBlockChecksums = false
        var hasContentChecksum = false
        /// Bytes that a block may have, unpacked.
        var blockSize = 0
        var contentSize: UInt64?
        /// Bytes of the header itself.
        var count = 0
    }

    /// Unpacks a frame, which must be all of `input` and fill `output` to its end.
    ///
    /// Checksums are verified where the frame has them. On an error the output's content is anything.
    package static func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(FormatError) {
        let header = try readHeader(input)
        if let size = header.contentSize, size != UInt64(output.count) {
            throw invalid("the frame is for \(size) bytes instead of \(output.count)")
        }
        var position = header.count
        var written = 0
        while true {
            let word = try readWord(input, &position)
            if word == 0 { break }
            let size = Int(word & 0x7FFF_FFFF)
            guard size <= header.blockSize, size <= input.count - position else { throw invalid("a block is too long") }
            let block = UnsafeRawBufferPointer(rebasing: input[position..<position + size])
            position += size
            if header.hasBlockChecksums {
                guard try readWord(input, &position) == XXHash32.hash(block) else {
                    throw invalid("a block has another checksum")
                }
            }
            let limit = min(output.count, written + header.blockSize)
            if word & 0x8000_0000 != 0 {
                guard size <= limit - written else { throw invalid("the content is too long") }
                UnsafeMutableRawBufferPointer(rebasing: output[written..<written + size]).copyMemory(from: block)
                written += size
            } else {
                let history = header.blocksAreIndependent ? written : 0
                written = try decodeBlock(
                    block, into: UnsafeMutableRawBufferPointer(rebasing: output[..<limit]), at: written,
                    history: history)
            }
        }
        guard written == output.count else { throw invalid("the content is too short") }
        if header.hasContentChecksum {
            guard try readWord(input, &position) == XXHash32.hash(UnsafeRawBufferPointer(output)) else {
                throw invalid("the content has another checksum")
            }
        }
        guard position == input.count else { throw invalid("something follows the frame") }
    }

    private static func invalid(_ reason: String) -> FormatError { FormatError(.compression, "lz4: \(reason)") }

    private static func readWord(_ input: UnsafeRawBufferPointer, _ position: inout Int) throws(FormatError) -> UInt32 {
        guard input.count - position >= 4 else { throw invalid("the frame ends early") }
        defer { position += 4 }
        return UInt32(littleEndian: input.loadUnaligned(fromByteOffset: position, as: UInt32.self))
    }

    private static func readHeader(_ input: UnsafeRawBufferPointer) throws(FormatError) -> Header {
        var header = Header()
        var position = 0
        guard try readWord(input, &position) == magic else { throw invalid("it is not a frame") }
        guard input.count >= 7 else { throw invalid("the frame ends early") }
        let flags = input[4]
        let sizes = input[5]
        guard flags >> 6 == 1, flags & 0b11 == 0, sizes & 0b1000_1111 == 0 else {
            throw invalid("the frame is of an unknown kind")
        }
        header.blocksAreIndependent = flags & 0x20 != 0
        header.hasBlockChecksums = flags & 0x10 != 0
        header.hasContentChecksum = flags & 0x04 != 0
        guard (4...7).contains(sizes >> 4) else { throw invalid("the frame's blocks are of an unknown size") }
        header.blockSize = 1 << (8 + 2 * Int(sizes >> 4))
        header.count = 6
        if flags & 0x08 != 0 {
            guard input.count >= 15 else { throw invalid("the frame ends early") }
            header.contentSize = UInt64(littleEndian: input.loadUnaligned(fromByteOffset: 6, as: UInt64.self))
            header.count += 8
        }
        let checksum = XXHash32.hash(UnsafeRawBufferPointer(rebasing: input[4..<header.count]))
        guard input[header.count] == UInt8(truncatingIfNeeded: checksum >> 8) else {
            throw invalid("the frame's header has another checksum")
        }
        header.count += 1
        return header
    }

    /// Unpacks one block behind `start`, with matches that reach back to `history`.
    ///
    /// - Returns: where the block's content ends.
    private static func decodeBlock(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, at start: Int, history: Int
    ) throws(FormatError) -> Int {
        guard let source = input.baseAddress, let target = output.baseAddress else {
            throw invalid("the content is too long")
        }
        var read = 0
        var written = start
        while true {
            guard read < input.count else { throw invalid("a block ends early") }
            let token = Int(input[read])
            read += 1
            let literals = try readLength(token >> 4, input, &read)
            guard literals <= input.count - read else { throw invalid("a block ends early") }
            guard literals <= output.count - written else { throw invalid("the content is too long") }
            if literals <= 16, input.count - read >= 16, output.count - written >= 16 {
                copySixteen(source + read, target + written)
            } else {
                memcpy(target + written, source + read, literals)
            }
            read += literals
            written += literals
            // The last sequence of a block is of literals alone.
            if read == input.count { return written }
            guard input.count - read >= 2 else { throw invalid("a block ends early") }
            let offset = Int(UInt16(littleEndian: input.loadUnaligned(fromByteOffset: read, as: UInt16.self)))
            read += 2
            guard offset > 0, offset <= written - history else { throw invalid("a match reaches before the content") }
            let length = try readLength(token & 15, input, &read) + 4
            guard length <= output.count - written else { throw invalid("the content is too long") }
            let match = target + (written - offset)
            if offset >= 16, length <= 16, output.count - written >= 16 {
                copySixteen(match, target + written)
            } else if offset == 1 {
                memset(target + written, Int32(output[written - 1]), length)
            } else {
                copyRepeating(match, target + written, offset: offset, count: length)
            }
            written += length
        }
    }

    /// A length that begins with four bits of a token; each further byte of 255 is followed by another.
    private static func readLength(
        _ bits: Int, _ input: UnsafeRawBufferPointer, _ read: inout Int
    ) throws(FormatError) -> Int {
        guard bits == 15 else { return bits }
        // Below 255 times a block's bytes: it cannot overflow.
        var length = bits
        while true {
            guard read < input.count else { throw invalid("a block ends early") }
            let byte = input[read]
            read += 1
            length += Int(byte)
            if byte != 255 { return length }
        }
    }

    private static func copySixteen(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) {
        target.storeBytes(
            of: source.loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
    }

    /// Copies from `offset` bytes before the target, which what is copied runs into: it repeats itself.
    private static func copyRepeating(
        _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, offset: Int, count: Int
    ) {
        var done = 0
        while done < count {
            // All before `target + done` is a whole number of repetitions.
            let piece = min(offset + done, count - done)
            memcpy(target + done, source, piece)
            done += piece
        }
    }
}
