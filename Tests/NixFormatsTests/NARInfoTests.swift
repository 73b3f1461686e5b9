import Foundation
import NixFormats
import Testing

@Suite struct NARInfoTests {
    static let names = Golden.names(in: "BinaryCache", suffix: ".narinfo")
    let store = StoreDirectory.standard

    @Test func goldenFilesAreThere() {
        #expect(Self.names.count == 4)
    }

    /// Files of a binary cache that Nix wrote and signed.
    @Test(arguments: names) func readsVerifiesAndPrints(name: String) throws {
        let text = try Golden.file("BinaryCache/\(name)")
        let info = try NARInfo(parsing: text, source: "x", store: store)
        #expect(info.printed(store: store) == text)
        #expect(info.isContentAddressed(store: store))
        let key = try PublicKey(parsing: try Golden.file("BinaryCache/test-1.pub"))
        #expect(info.validSignatureCount(trusted: [key, key], store: store) == 1)
        let other = try SecretKey(generatingWithName: "test-1").publicKey
        #expect(info.validSignatureCount(trusted: [other], store: store) == 0)
    }

    /// Ed25519 is deterministic: our signature must be Nix's.
    @Test(arguments: names) func signsAsNixDoes(name: String) throws {
        let info = try NARInfo(parsing: try Golden.file("BinaryCache/\(name)"), source: "x", store: store)
        let key = try SecretKey(parsing: try Golden.file("BinaryCache/test-1.sec"))
        var unsigned = info
        unsigned.signatures = []
        try unsigned.sign(with: key, store: store)
        #expect(unsigned == info)
    }

    @Test(arguments: names) func changesMakeSignaturesInvalid(name: String) throws {
        let info = try NARInfo(parsing: try Golden.file("BinaryCache/\(name)"), source: "x", store: store)
        let key = try PublicKey(parsing: try Golden.file("BinaryCache/test-1.pub"))
        var changed = info
        changed.narSize += 1
        #expect(changed.validSignatureCount(trusted: [key], store: store) == 0)
        changed = info
        changed.references.insert(try StorePath(baseName: "00000000000000000000000000000000-other"))
        #expect(changed.validSignatureCount(trusted: [key], store: store) == 0)
        #expect(!changed.isContentAddressed(store: store))
        changed = info
        changed.url = "elsewhere"
        #expect(changed.validSignatureCount(trusted: [key], store: store) == 1)
    }

    static let good = """
        StorePath: /nix/store/00000000000000000000000000000000-x
        URL: nar/x.nar
        Compression: none
        NarHash: sha256:1lmf0mnpfmbbh8dhaqk7krkdlanm2165hvw2mbzsbqvrbh96ykxr
        NarSize: 128

        """

    static let refused: [(String, String)] = [
        (good.replacing("NarSize: 128", with: "NarSize 128"), "expecting ':' at line 5"),
        (good + "Deriver: x", "expecting '\\n' at line 6"),
        (good + "X:", "expecting '\\n' at line 6"),
        (good.replacing("NarSize: 128", with: "NarSize: 0"), "NarSize missing or zero"),
        (good.replacing("NarSize: 128", with: "NarSize: -1"), "invalid NarSize at line 5"),
        (good.replacing("NarSize: 128", with: "NarSize: 18446744073709551616"), "invalid NarSize at line 5"),
        (good + "FileSize: \n", "invalid FileSize at line 6"),
        (good.replacing("sha256:1l", with: "sha256:1"), "bad hash at line 4"),
        (good.replacing("Compression: none", with: "Compression: foo"), "invalid Compression at line 3"),
        (good.replacing("URL: nar/x.nar", with: "URL: "), "URL missing"),
        (good.replacing("StorePath", with: "Path"), "StorePath missing"),
        (good.replacing("NarHash", with: "Hash"), "NarHash missing"),
        (good + "URL: other\n", "extra URL at line 6"),
        (good + "NarSize: 128\n", "extra NarSize at line 6"),
        (good + "References: \nReferences: \n", "extra References at line 7"),
        (good + "Deriver: unknown-deriver\nDeriver: unknown-deriver\n", "extra Deriver at line 7"),
    ]

    @Test(arguments: refused) func refuses(text: String, reason: String) {
        #expect(throws: FormatError(.narInfo, "NAR info file 'x.narinfo' is corrupt: \(reason)")) {
            try NARInfo(parsing: ByteString(text), source: "x.narinfo", store: .standard)
        }
    }

    static let refusedPaths: [(String, String)] = [
        (
            good.replacing("/nix/store", with: "/etc"),
            "path \"/etc/00000000000000000000000000000000-x\" is not in the Nix store"
        ),
        (good + "References: x\n", "'x' is too short to be a valid store path"),
        (good + "CA: x\n", "not a content address because it is not in the form '<prefix>:<rest>': x"),
    ]

    @Test(arguments: refusedPaths) func refusesPaths(text: String, message: String) {
        let error = #expect(throws: FormatError.self) {
            try NARInfo(parsing: ByteString(text), source: "x", store: .standard)
        }
        #expect(error?.message == message)
    }

    @Test func fillsInDefaults() throws {
        let text =
            Self.good.replacing("Compression: none\n", with: "") + "Sig: nonsense\nSig: a:b!\nUnknown: field\nCA: \n"
        let info = try NARInfo(parsing: ByteString(text), source: "x", store: store)
        #expect(info.compression == .bzip2)
        #expect(info.signatures.isEmpty)
        #expect(info.references.isEmpty)
        #expect(info.contentAddress == nil)
        #expect(!info.isContentAddressed(store: store))
    }
}

@Suite struct SignatureTests {
    @Test func keysPrintAsTheyWereRead() throws {
        let secretText = try Golden.file("BinaryCache/test-1.sec")
        let secret = try SecretKey(parsing: secretText)
        #expect(secret.printedSecret() == secretText)
        #expect(secret.publicKey.printed() == (try Golden.file("BinaryCache/test-1.pub")))
        #expect(!"\(secret)".contains("sVPr"))
        #expect(!String(reflecting: secret).contains("sVPr"))
    }

    /// The first three vectors of RFC 8032, section 7.1: seed, public key, message, signature.
    static let vectors: [(String, String, String, String)] = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ]

    @Test(arguments: vectors) func signsAsTheStandardSays(
        seed: String, publicKey: String, message: String, signature: String
    ) throws {
        func bytes(_ text: String) -> [UInt8] {
            stride(from: 0, to: text.utf8.count, by: 2).map { UInt8(text.dropFirst($0).prefix(2), radix: 16) ?? 0 }
        }
        let encoded = Data(bytes(seed) + bytes(publicKey)).base64EncodedString()
        let key = try SecretKey(parsing: ByteString("k:\(encoded)"))
        let text = ByteString(bytes(message))
        #expect(try key.sign(text).bytes == bytes(signature))
        #expect(key.publicKey.bytes == bytes(publicKey))
        #expect(key.publicKey.verify(Signature(keyName: "k", bytes: bytes(signature)), of: text))
        var wrong = bytes(signature)
        wrong[63] ^= 1
        #expect(!key.publicKey.verify(Signature(keyName: "k", bytes: wrong), of: text))
    }

    @Test func newKeysSignAndVerify() throws {
        let key = try SecretKey(generatingWithName: "cache.example.org-1")
        let again = try SecretKey(parsing: key.printedSecret())
        let signature = try again.sign("message")
        #expect(try Signature(parsing: signature.printed()) == signature)
        #expect(key.publicKey.verify(signature, of: "message"))
        #expect(!key.publicKey.verify(signature, of: "massage"))
        let renamed = Signature(keyName: "other", bytes: signature.bytes)
        #expect(!key.publicKey.verify(renamed, of: "message"))
        let short = Signature(keyName: signature.keyName, bytes: [1, 2])
        #expect(!key.publicKey.verify(short, of: "message"))
    }

    static let corrupt: [ByteString] = ["", "name", ":AAAA", "name:", "name:!", "name:===="]

    @Test(arguments: corrupt) func refusesCorruptText(text: ByteString) {
        #expect(throws: FormatError(.signature, "signature is corrupt")) { try Signature(parsing: text) }
        #expect(throws: FormatError(.signature, "key is corrupt")) { try PublicKey(parsing: text) }
        #expect(throws: FormatError(.signature, "key is corrupt")) { try SecretKey(parsing: text) }
    }

    @Test func refusesWrongSizes() throws {
        #expect(throws: FormatError(.signature, "public key is not valid")) { try PublicKey(parsing: "a:AAAA") }
        #expect(throws: FormatError(.signature, "secret key is not valid")) { try SecretKey(parsing: "a:AAAA") }
        #expect(throws: FormatError.self) { try SecretKey(generatingWithName: "a:b") }
        #expect(throws: FormatError.self) { try SecretKey(generatingWithName: "") }
        let zeros = ByteString("a:" + String(repeating: "A", count: 86) + "==")
        #expect(throws: FormatError(.signature, "secret key is not valid")) { try SecretKey(parsing: zeros) }
    }
}
