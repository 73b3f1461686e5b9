/// Replaces texts in a stream of bytes by others of the same length, as moving a store object to another path needs.
///
/// The stream may come in pieces of any size; a text that lies across pieces is found. Texts do not overlap: after a match the
/// search goes on behind it.
package struct TextReplacer: Sendable {
    /// A text and what stands for it afterwards, of the same length.
    package typealias Replacement = (old: [UInt8], new: [UInt8])

    private let replacements: [Replacement]
    private let longest: Int
    private let begins: [Bool]
    /// The end of what was seen, in which a text may have begun.
    private var rest: [UInt8] = []

    package init(_ replacements: [Replacement]) {
        precondition(replacements.allSatisfy { $0.old.count == $0.new.count && !$0.old.isEmpty })
        self.replacements = replacements
        longest = replacements.map(\.old.count).max() ?? 1
        var begins = [Bool](repeating: false, count: 256)
        for replacement in replacements { begins[Int(replacement.old[0])] = true }
        self.begins = begins
    }

    /// Takes the next bytes and gives those that are settled.
    package mutating func replace(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        rest.append(contentsOf: bytes)
        return settle(upTo: rest.count - longest + 1)
    }

    package mutating func replace(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { replace($0) } }

    /// Gives what is left.
    package mutating func finish() -> [UInt8] { settle(upTo: rest.count) }

    /// Gives the bytes before `end`, and those of a text that begins there.
    private mutating func settle(upTo end: Int) -> [UInt8] {
        var index = 0
        while true {
            index = rest.withUnsafeBufferPointer { bytes in
                var index = index
                while index < end, !begins[Int(bytes[index])] { index += 1 }
                return index
            }
            guard index < end else { break }
            guard let replacement = replacement(at: index) else {
                index += 1
                continue
            }
            rest.replaceSubrange(index..<(index + replacement.new.count), with: replacement.new)
            index += replacement.new.count
        }
        let settled = Array(rest[..<index])
        rest.removeFirst(index)
        return settled
    }

    private func replacement(at index: Int) -> Replacement? {
        replacements.first { rest[index...].starts(with: $0.old) }
    }
}

/// The digest of content that may mention its own store path, which depends on that digest: the hash part counts as zeros.
///
/// Nix 2.34 hashes nothing else; older and newer versions also hash where the mentions were.
package struct ModuloDigester {
    private let digester: Digester
    private var zeros: TextReplacer

    /// - Parameter hashPart: the 32 characters that stand for the object itself.
    package init(_ algorithm: HashAlgorithm, hashPart: ArraySlice<UInt8>) {
        digester = Digester(algorithm)
        let own = Array(hashPart)
        zeros = TextReplacer([(own, [UInt8](repeating: 0, count: own.count))])
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) { digester.update(zeros.replace(bytes)) }

    package mutating func update(_ bytes: [UInt8]) { digester.update(zeros.replace(bytes)) }

    package mutating func finish() -> NixHash {
        digester.update(zeros.finish())
        return digester.finish()
    }
}
