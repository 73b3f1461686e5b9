/// Makes inputs out of seeds: the same ones for the same number.
package struct Mutator: RandomNumberGenerator {
    private var state: UInt64
    private let seeds: [[UInt8]]
    /// Pieces of the seeds, put where they do not belong.
    private let words: [ArraySlice<UInt8>]
    private let maximumLength: Int

    package init(seed: UInt64, seeds: [[UInt8]], maximumLength: Int) {
        state = seed
        self.seeds = seeds.isEmpty ? [[]] : seeds
        self.maximumLength = maximumLength
        words = self.seeds.flatMap { seed in
            seed.split(whereSeparator: { !($0 >= 0x30 && $0 <= 0x39 || $0 >= 0x41 && $0 <= 0x7A || $0 >= 0x80) })
        }
    }

    /// SplitMix64.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// The next input: a seed with some changes.
    package mutating func input() -> [UInt8] {
        var bytes = seeds[index(below: seeds.count)]
        for _ in 0...index(below: 6) { change(&bytes) }
        return Array(bytes.prefix(maximumLength))
    }

    private mutating func index(below count: Int) -> Int { Int(next() % UInt64(max(1, count))) }

    private mutating func change(_ bytes: inout [UInt8]) {
        let place = index(below: bytes.count + 1)
        let end = min(bytes.count, place + 1 << index(below: 7))
        switch index(below: 9) {
        case 0: bytes.insert(UInt8(truncatingIfNeeded: next()), at: place)
        case 1: if place < bytes.count { bytes.remove(at: place) }
        case 2: if place < bytes.count { bytes[place] ^= 1 << UInt8(index(below: 8)) }
        case 3: bytes.removeSubrange(place..<end)
        case 4: bytes.insert(contentsOf: bytes[place..<end], at: index(below: bytes.count + 1))
        case 5: if !words.isEmpty { bytes.insert(contentsOf: words[index(below: words.count)], at: place) }
        case 6:
            let special: [UInt8] = [0, 0x7F, 0x80, 0xFF, 0x0A, 0x22, 0x24, 0x27, 0x28, 0x2D, 0x2E, 0x5B, 0x5C, 0x7B]
            bytes.insert(
                contentsOf: repeatElement(special[index(below: special.count)], count: 1 << index(below: 8)), at: place)
        case 7:
            let other = seeds[index(below: seeds.count)]
            bytes.replaceSubrange(place..<end, with: other[index(below: other.count)...].prefix(64))
        default:
            let digits: [StaticString] = [
                "9223372036854775807", "-9223372036854775808", "18446744073709551616", "99999999999999999999", "0",
                "-1", "1e999", "0x",
            ]
            bytes.insert(contentsOf: digits[index(below: digits.count)].description.utf8, at: place)
        }
    }
}
