/// Which roles each byte value can play, as a set of bits, so that a scan tests one table entry per byte.
struct CharacterClass: OptionSet {
    let rawValue: UInt8
    /// `[a-zA-Z_]`.
    static let identifierStart = CharacterClass(rawValue: 1 << 0)
    /// `[a-zA-Z0-9_'-]`.
    static let identifier = CharacterClass(rawValue: 1 << 1)
    /// `[a-zA-Z0-9._+-]`.
    static let path = CharacterClass(rawValue: 1 << 2)
    /// What may follow the colon of a URL literal.
    static let url = CharacterClass(rawValue: 1 << 3)
    /// Space, tab, CR, LF.
    static let space = CharacterClass(rawValue: 1 << 4)
    static let digit = CharacterClass(rawValue: 1 << 5)
    static let letter = CharacterClass(rawValue: 1 << 6)
    /// What ends a plain run in a `"…"` string: `"`, `\`, `$`, CR, NUL.
    static let stringSpecial = CharacterClass(rawValue: 1 << 7)

    /// The classes of all 256 byte values, worked out once; it lives as long as the program.
    struct Table: @unchecked Sendable {
        let bits: UnsafePointer<UInt8>

        fileprivate init() {
            let bits = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
            for byte in 0..<256 { (bits + byte).initialize(to: CharacterClass(of: UInt8(byte)).rawValue) }
            self.bits = UnsafePointer(bits)
        }
    }

    static let table = Table()

    /// The classes of one byte value.
    init(of byte: UInt8) {
        var bits: UInt8 = 0
        let isLetter = (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        let isDigit = (0x30...0x39).contains(byte)
        if isLetter { bits |= Self.letter.rawValue }
        if isDigit { bits |= Self.digit.rawValue }
        if isLetter || byte == UInt8(ascii: "_") { bits |= Self.identifierStart.rawValue }
        if isLetter || isDigit || Self.occurs(byte, in: "_'-") { bits |= Self.identifier.rawValue }
        if isLetter || isDigit || Self.occurs(byte, in: "._+-") { bits |= Self.path.rawValue }
        if isLetter || isDigit || Self.occurs(byte, in: "%/?:@&=+$,-_.!~*'") { bits |= Self.url.rawValue }
        if Self.occurs(byte, in: " \t\r\n") { bits |= Self.space.rawValue }
        if Self.occurs(byte, in: "\"\\$\r\0") { bits |= Self.stringSpecial.rawValue }
        self.init(rawValue: bits)
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    private static func occurs(_ byte: UInt8, in set: StaticString) -> Bool {
        UnsafeBufferPointer(start: set.utf8Start, count: set.utf8CodeUnitCount).contains(byte)
    }
}
