package import NixFormats

/// Finds which of some store paths a stream of bytes mentions, by the 32 characters of their hash parts.
///
/// The stream may come in pieces of any size; a mention that lies across pieces is found. Skips up to 32 bytes at a time
/// where they cannot be part of a hash.
package struct ReferenceScanner: Sendable {
    /// The mentioned paths so far.
    package private(set) var found: SortedSet<StorePath> = []

    /// Candidates not found yet, by the first eight characters of the hash part.
    private var candidates: [UInt64: [StorePath]] = [:]
    private let isDigit: [Bool]
    /// The end of what was seen, shorter than a hash part.
    private var tail: [UInt8] = []

    package init(_ candidates: some Sequence<StorePath>) {
        isDigit = (0...255).map { NixBase32.isDigit($0) }
        for path in candidates {
            let key = path.baseName.bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
            self.candidates[key, default: []].append(path)
        }
    }

    /// Looks through the next bytes of the stream.
    package mutating func scan(_ bytes: UnsafeRawBufferPointer) {
        if candidates.isEmpty || bytes.isEmpty { return }
        let overlap = StorePath.hashPartCount - 1
        if !tail.isEmpty {
            let border = tail + bytes.prefix(overlap)
            border.withUnsafeBytes { search($0) }
        }
        search(bytes)
        if bytes.count >= overlap {
            tail = Array(bytes.suffix(overlap))
        } else {
            tail = Array((tail + bytes).suffix(overlap))
        }
    }

    private mutating func search(_ bytes: UnsafeRawBufferPointer) {
        let length = StorePath.hashPartCount
        var matches: [Int] = []
        isDigit.withUnsafeBufferPointer { isDigit in
            var start = 0
            window: while start + length <= bytes.count {
                var index = start + length - 1
                while index >= start {
                    if !isDigit[Int(bytes[index])] {
                        start = index + 1
                        continue window
                    }
                    index -= 1
                }
                // A run of digits: each of its windows counts.
                var end = start + length
                while true {
                    let key = bytes.loadUnaligned(fromByteOffset: end - length, as: UInt64.self)
                    if candidates[key] != nil { matches.append(end - length) }
                    guard end < bytes.count, isDigit[Int(bytes[end])] else { break }
                    end += 1
                }
                start = end + 1
            }
        }
        for offset in matches { record(UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + length)])) }
    }

    /// Moves the candidates whose hash part is `hashPart` to the found ones.
    private mutating func record(_ hashPart: UnsafeRawBufferPointer) {
        let key = hashPart.loadUnaligned(as: UInt64.self)
        guard let paths = candidates[key] else { return }
        let rest = paths.filter { !$0.hashPart.elementsEqual(hashPart) }
        guard rest.count < paths.count else { return }
        for path in paths where path.hashPart.elementsEqual(hashPart) { found.insert(path) }
        candidates[key] = rest.isEmpty ? nil : rest
    }
}
