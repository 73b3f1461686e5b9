import Glibc

/// A string of bytes: what Nix calls a string.
///
/// Equality and order are bytewise, no encoding is assumed.
///
/// Swift's `String` compares by Unicode equivalence, which would make two different store names equal; it is
/// used for messages only. Public for the reason given at `SortedMap`.
public struct ByteString: Sendable {
    public var bytes: [UInt8]

    @inlinable
    public init(_ bytes: [UInt8] = []) {
        self.bytes = bytes
    }

    @inlinable
    public init(_ bytes: some Sequence<UInt8>) {
        self.bytes = [UInt8](bytes)
    }

    /// The UTF-8 form of `string`.
    @inlinable
    public init(_ string: String) {
        bytes = [UInt8](string.utf8)
    }

    @inlinable public var count: Int { bytes.count }

    @inlinable public var isEmpty: Bool { bytes.isEmpty }

    public func hasPrefix(_ prefix: StaticString) -> Bool {
        let count = prefix.utf8CodeUnitCount
        guard bytes.count >= count else { return false }
        return bytes.prefix(count).elementsEqual(UnsafeBufferPointer(start: prefix.utf8Start, count: count))
    }

    public func hasSuffix(_ suffix: StaticString) -> Bool {
        let count = suffix.utf8CodeUnitCount
        guard bytes.count >= count else { return false }
        return bytes.suffix(count).elementsEqual(UnsafeBufferPointer(start: suffix.utf8Start, count: count))
    }
}

extension ByteString: Hashable {
    public static func == (left: ByteString, right: ByteString) -> Bool {
        left.bytes == right.bytes
    }

    public func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        hasher.combine(bytes.count)
    }
}

extension ByteString: Comparable {
    public static func < (left: ByteString, right: ByteString) -> Bool {
        left.bytes.withUnsafeBufferPointer { left in
            right.bytes.withUnsafeBufferPointer { right in order(left, right) < 0 }
        }
    }

    /// Below zero, zero or above it as `left` comes before, is or comes after `right`.
    static func order(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Int {
        let common = min(left.count, right.count)
        if common > 0, let left = left.baseAddress, let right = right.baseAddress {
            let order = memcmp(left, right, common)
            if order != 0 { return Int(order) }
        }
        return left.count - right.count
    }
}

extension ByteString: ExpressibleByStringLiteral {
    public init(stringLiteral value: StaticString) {
        bytes = [UInt8](UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }
}

extension ByteString: CustomStringConvertible {
    /// The bytes as text, with U+FFFD for what is not UTF-8.
    ///
    /// For messages only.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}

extension [UInt8] {
    /// Appends the bytes of a literal without making a `String`.
    @inlinable
    mutating func append(_ literal: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }
}
