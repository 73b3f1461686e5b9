import NixFormats

/// A small generator with a fixed seed (SplitMix64), so that a failure can be repeated.
struct RandomSource: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Up to `maximum` bytes of any value.
    mutating func bytes(upTo maximum: Int) -> [UInt8] {
        (0..<Int.random(in: 0...maximum, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    /// A valid name for a store path.
    mutating func name() -> ByteString {
        let characters = Array("abcXYZ019+-._?=".utf8)
        let rest = (0..<Int.random(in: 0...20, using: &self)).map { _ in
            characters[Int.random(in: 0..<characters.count, using: &self)]
        }
        return ByteString([UInt8(ascii: "n")] + rest)
    }
}
