/// A signature with the name of the key that made it: `<key name>:<base 64 of 64 bytes>`.
package struct Signature: Hashable, Sendable {
    package let keyName: ByteString
    package let bytes: [UInt8]

    package init(keyName: ByteString, bytes: [UInt8]) {
        self.keyName = keyName
        self.bytes = bytes
    }

    /// Parses `<key name>:<base 64>`.
    ///
    /// The number of bytes is checked when it is verified.
    package init(parsing text: ByteString) throws(FormatError) {
        (keyName, bytes) = try NamedBytes.parse(text, kind: "signature")
    }

    package func printed() -> ByteString {
        NamedBytes.print(keyName, bytes)
    }
}

extension Signature: Comparable {
    package static func < (left: Signature, right: Signature) -> Bool {
        left.keyName != right.keyName
            ? left.keyName < right.keyName : left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

/// An Ed25519 public key with its name: `<key name>:<base 64 of 32 bytes>`.
package struct PublicKey: Hashable, Sendable {
    package let name: ByteString
    /// 32 bytes.
    package let bytes: [UInt8]

    package init(parsing text: ByteString) throws(FormatError) {
        (name, bytes) = try NamedBytes.parse(text, kind: "key")
        guard bytes.count == Ed25519.publicKeySize else { throw FormatError(.signature, "public key is not valid") }
    }

    fileprivate init(name: ByteString, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    package func printed() -> ByteString {
        NamedBytes.print(name, bytes)
    }

    /// Whether `signature` was made by this key, going by its name and its bytes, over `message`.
    package func verify(_ signature: Signature, of message: ByteString) -> Bool {
        signature.keyName == name && Ed25519.verify(signature.bytes, of: message.bytes, publicKey: bytes)
    }
}

/// An Ed25519 secret key with its name: `<key name>:<base 64 of 64 bytes>`, seed and public key.
///
/// Not printable by accident: it has no description of its own that shows the bytes.
package struct SecretKey: Sendable {
    package let name: ByteString
    private let seed: [UInt8]
    private let publicBytes: [UInt8]

    package init(parsing text: ByteString) throws(FormatError) {
        let (name, bytes) = try NamedBytes.parse(text, kind: "key")
        guard bytes.count == Ed25519.seedSize + Ed25519.publicKeySize else {
            throw FormatError(.signature, "secret key is not valid")
        }
        self.name = name
        seed = Array(bytes.prefix(Ed25519.seedSize))
        publicBytes = Array(bytes.suffix(Ed25519.publicKeySize))
        guard Ed25519.publicKey(seed: seed) == publicBytes else {
            throw FormatError(.signature, "secret key is not valid")
        }
    }

    /// A new key from the library's random numbers.
    package init(generatingWithName name: ByteString) throws(FormatError) {
        guard !name.isEmpty, !name.bytes.contains(UInt8(ascii: ":")) else {
            throw FormatError(.signature, "a key's name must not be empty or contain ':'")
        }
        self.name = name
        guard let seed = Ed25519.generateSeed(), let publicBytes = Ed25519.publicKey(seed: seed) else {
            throw FormatError(.signature, "key generation failed")
        }
        self.seed = seed
        self.publicBytes = publicBytes
    }

    /// The secret text, for the file that keeps it.
    package func printedSecret() -> ByteString {
        NamedBytes.print(name, seed + publicBytes)
    }

    package var publicKey: PublicKey { PublicKey(name: name, bytes: publicBytes) }

    package func sign(_ message: ByteString) throws(FormatError) -> Signature {
        guard let bytes = Ed25519.sign(message.bytes, seed: seed) else {
            throw FormatError(.signature, "signing failed")
        }
        return Signature(keyName: name, bytes: bytes)
    }
}

extension SecretKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "secret key '\(name)'" }

    package var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}

/// `<name>:<base 64>`, the text form of keys and signatures.
private enum NamedBytes {
    static func parse(_ text: ByteString, kind: StaticString) throws(FormatError) -> (ByteString, [UInt8]) {
        guard let colon = text.bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0 else {
            throw FormatError(.signature, "\(kind) is corrupt")
        }
        guard let bytes = Base64.decode(text.bytes[(colon + 1)...]), !bytes.isEmpty else {
            throw FormatError(.signature, "\(kind) is corrupt")
        }
        return (ByteString(text.bytes[..<colon]), bytes)
    }

    static func print(_ name: ByteString, _ bytes: [UInt8]) -> ByteString {
        var output = name.bytes
        output.append(UInt8(ascii: ":"))
        bytes.withUnsafeBytes { Base64.append($0, to: &output) }
        return ByteString(output)
    }
}
