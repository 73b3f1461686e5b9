import Glibc
import NixFormats

/// The key with which Ollama's own program logs in at its registry, `~/.ollama/id_ed25519`.
///
/// An OpenSSH private key without a passphrase (PROTOCOL.key of OpenSSH).
struct OllamaKey: Sendable {
    private let key: SecretKey
    /// The public key in the form of OpenSSH, in Base64.
    private let publicText: String

    /// Reads a key file; nil when there is none.
    ///
    /// - Throws: for a file that is no usable key.
    init?(_ environment: FetchEnvironment) throws(FetchError) {
        let path = "\(environment.homeDirectory)/.ollama/id_ed25519"
        guard let bytes = try? FileAccess.readWhole(path, limit: 64 << 10) else { return nil }
        guard let key = Self(parsing: String(decoding: bytes, as: UTF8.self)) else {
            throw FetchError(.unauthorized, "'\(path.printable)' is no Ed25519 key of OpenSSH without a passphrase")
        }
        self = key
    }

    /// Reads the text of a key file.
    init?(parsing text: String) {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingBlanks() }
        guard lines.first == "-----BEGIN OPENSSH PRIVATE KEY-----", lines.last == "-----END OPENSSH PRIVATE KEY-----",
            let bytes = Base64.decode(lines.dropFirst().dropLast().joined().utf8)
        else { return nil }
        var outer = Fields(bytes[...])
        guard outer.skip(Array("openssh-key-v1\0".utf8)), outer.text() == "none", outer.text() == "none",
            outer.bytes() != nil, outer.number() == 1, let publicBlob = outer.bytes(), let section = outer.bytes()
        else { return nil }
        var inner = Fields(section)
        guard let check = inner.number(), inner.number() == check, inner.text() == "ssh-ed25519",
            let publicKey = inner.bytes(), publicKey.count == 32, let secret = inner.bytes(), secret.count == 64,
            secret.suffix(32).elementsEqual(publicKey), publicBlob.suffix(32).elementsEqual(publicKey),
            let key = try? SecretKey(parsing: ByteString("ollama:\(Base64.encode(secret))"))
        else { return nil }
        self.key = key
        publicText = "\(Base64.encode(publicBlob))"
    }

    /// The value of `Authorization` for a `GET` without a body: the public key and a signature of method, URL and body.
    func authorization(for url: String) throws(FetchError) -> String {
        let nothing = "\(Digester.sha256([]).base16)"
        let message = "GET,\(url),\(Base64.encode(Array(nothing.utf8)))"
        do {
            return "\(publicText):\(Base64.encode(try key.sign(ByteString(message)).bytes))"
        } catch {
            throw FetchError(.unauthorized, "signing with Ollama's key fails: \(error)")
        }
    }

    /// 16 random bytes in the alphabet of URLs, which make a request unlike any other.
    static func nonce() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let text = "\(Base64.encode(bytes))".filter { $0 != "=" }
        return String(text.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }

    /// Fields of SSH's binary form (RFC 4251 section 5).
    private struct Fields {
        private var rest: ArraySlice<UInt8>

        init(_ bytes: ArraySlice<UInt8>) {
            rest = bytes
        }

        mutating func skip(_ prefix: [UInt8]) -> Bool {
            guard rest.starts(with: prefix) else { return false }
            rest = rest.dropFirst(prefix.count)
            return true
        }

        mutating func number() -> UInt32? {
            guard rest.count >= 4 else { return nil }
            defer { rest = rest.dropFirst(4) }
            return rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        }

        mutating func bytes() -> ArraySlice<UInt8>? {
            guard let count = number(), rest.count >= Int(count) else { return nil }
            defer { rest = rest.dropFirst(Int(count)) }
            return rest.prefix(Int(count))
        }

        mutating func text() -> String? { bytes().map { String(decoding: $0, as: UTF8.self) } }
    }
}
