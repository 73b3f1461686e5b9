import NixFormats
import Testing

@Suite struct StorePathTests {
    static let hashPart = "kqk9cmc0s6n8c6ksyq1bgkz8f0r6zz4w"
    let store = StoreDirectory.standard

    @Test(arguments: ["x", "a.b_c-d+e?f=G", ".hidden", "...", "-", "--", ".a-b", "x.drv"]) func acceptsNames(
        name: String
    ) throws {
        let text = ByteString("/nix/store/\(Self.hashPart)-\(name)")
        let path = try store.parse(text)
        #expect(store.print(path) == text)
        #expect(path.hashPart.elementsEqual(Self.hashPart.utf8))
        #expect(path.name.elementsEqual(name.utf8))
        #expect(path.isDerivation == name.hasSuffix(".drv"))
        #expect(path.description == "\(Self.hashPart)-\(name)")
    }

    /// Messages of `nix-store -q` in Nix 2.34.8.
    static let refused: [(String, String)] = [
        ("", "empty path is not a valid store path"),
        ("x", "not an absolute path: 'x'"),
        ("/etc/passwd", "path \"/etc/passwd\" is not in the Nix store"),
        ("/nix/store", "path \"/nix/store\" is not in the Nix store"),
        ("/nix/store/", "path \"/nix/store\" is not in the Nix store"),
        ("/nix/store/..", "path \"/nix\" is not in the Nix store"),
        ("/nix/storefront/x", "path \"/nix/storefront/x\" is not in the Nix store"),
        ("/nix/store/\(hashPart)-x/bin", "path \"/nix/store/\(hashPart)-x/bin\" is not in the Nix store"),
        ("/nix/store/x", "'x' is too short to be a valid store path"),
        ("/nix/store/\(hashPart)", "'\(hashPart)' is too short to be a valid store path"),
        (
            "/nix/store/\(hashPart)X-foo",
            "'\(hashPart)X-foo' can't name a store path because the hash part is not followed by a '-'"
        ),
        (
            "/nix/store/eqk9cmc0s6n8c6ksyq1bgkz8f0r6zz4w-foo",
            "store path 'eqk9cmc0s6n8c6ksyq1bgkz8f0r6zz4w-foo' contains illegal base-32 character 'e'"
        ),
        (
            "/nix/store/\(hashPart)-",
            "path '\(hashPart)-' is not a valid store path: name must not be empty"
        ),
        (
            "/nix/store/\(hashPart)-a@b",
            "path '\(hashPart)-a@b' is not a valid store path: name 'a@b' contains illegal character '@'"
        ),
        (
            "/nix/store/\(hashPart)-.-b",
            "path '\(hashPart)-.-b' is not a valid store path: name '.-b' is not valid: first dash-separated component must not be '.'"
        ),
        (
            "/nix/store/\(hashPart)-..",
            "path '\(hashPart)-..' is not a valid store path: name '..' is not valid"
        ),
        (
            "/nix/store/\(hashPart)-" + String(repeating: "a", count: 212),
            "path '\(hashPart)-\(String(repeating: "a", count: 212))' is not a valid store path: name '\(String(repeating: "a", count: 212))' must be no longer than 211 characters"
        ),
    ]

    @Test(arguments: refused) func refuses(text: String, message: String) {
        #expect(throws: FormatError(.storePath, message)) { try StoreDirectory.standard.parse(ByteString(text)) }
    }

    @Test func removesDotsAndDoubledSlashes() throws {
        let path = try store.parse(ByteString("/nix/store/\(Self.hashPart)-x"))
        for text in [
            "//nix/./store//\(Self.hashPart)-x/", "/nix/store/../store/\(Self.hashPart)-x",
            "/../nix/store/./\(Self.hashPart)-x",
        ] {
            #expect(try store.parse(ByteString(text)) == path)
        }
        let (prefix, rest) = try store.parsePrefix(ByteString("/nix/store/\(Self.hashPart)-x//share/./y"))
        #expect(prefix == path)
        #expect(rest == "/share/y")
        #expect(try store.parsePrefix(ByteString("/nix/store/\(Self.hashPart)-x/")).rest == "")
    }

    @Test func ordersBytewise() throws {
        let names = ["B", "a", "a-b", "a.b", "aa", "b"]
        let paths = try names.map { try StorePath(baseName: ByteString("\(Self.hashPart)-\($0)")) }
        #expect(SortedSet(paths.reversed()).elements == paths)
    }

    /// Paths from `nix-store --add-fixed` of a file with the bytes `self`.
    static let fixed: [(ContentAddressMethod, HashAlgorithm, String)] = [
        (.flat, .md5, "68spvp0rpx07bh7nkl55vrp2hrznwk4x-x"),
        (.flat, .sha1, "z8lf4dj38400d2nbb17wwx0m7h4jlad7-x"),
        (.flat, .sha256, "c7jazgkdqg8hqvqpcxzhdar8vz14mhcj-x"),
        (.flat, .sha512, "f0p7a5pwfa3rzlbf1mq56ff98x8612lb-x"),
        (.nar, .md5, "83dcq4anlxrwfby08846zjqwj12iil82-x"),
        (.nar, .sha1, "xzq0p7pdn078gzhhc3zplc4n7cv6mx7k-x"),
        (.nar, .sha256, "bigmfh9aphp9gcv5f1cfpb81dac6ap3g-x"),
        (.nar, .sha512, "qixnam4xw4izd57mf6a2m5g2dc4jr3j3-x"),
    ]

    @Test(arguments: fixed) func fixedOutputPaths(
        method: ContentAddressMethod, algorithm: HashAlgorithm, expected: String
    ) throws {
        let contents = Array("self".utf8)
        let hashed = method == .nar ? try Tree.file(contents, isExecutable: false).archive() : contents
        let address = ContentAddress(method: method, hash: Digester.hash(algorithm, hashed))
        #expect(try store.fixedOutputPath(name: Array("x".utf8), address: address).description == expected)
    }

    @Test func storeDirectoryIsPartOfTheHash() throws {
        let address = ContentAddress(method: .flat, hash: .fake(.sha256))
        let name = Array("name".utf8)
        #expect(
            try store.fixedOutputPath(name: name, address: address).description
                == "i6lzzvk42b6npj39hkkbkm9fg67y8k4k-name")
        #expect(
            try StoreDirectory("/other/store").fixedOutputPath(name: name, address: address).description
                == "9w6rpkn1injkqbla5pn88nlr84b49l6q-name")
    }

    /// Paths that `nix store make-content-addressed` gave.
    @Test func referencesArePartOfTheHash() throws {
        let note = try StorePath(baseName: "cxmv62z5q78x478b46ns5dwznbmjw8r4-note.txt")
        let address = try ContentAddress(parsing: "fixed:r:sha256:0gvczf8wf1a6z9ym4gwj9cv08g05zgc1cqr3x1s7bchghmv4h0xi")
        let path = try store.fixedOutputPath(name: Array("refers".utf8), address: address, references: [note])
        #expect(path.description == "9q4x5dgm2pchy8p5w2whhi5ffjr0drfn-refers")
    }

    @Test func selfReferencesArePartOfTheHash() throws {
        let store = StoreDirectory("/tmp/example/store")
        let path = try StorePath(baseName: "gk6hiq3awanjwh96326qiiffwmcxiiwz-selfref")
        let dependency = try StorePath(baseName: "vxhmhvp0zsqrhw0w0xf1yq9gvrah7qc2-dep")
        let address = try ContentAddress(parsing: "fixed:r:sha256:0jgzc9idsna19238d5hjair78j864zar5xjsvl010y4df6aqlszw")
        #expect(
            try store.fixedOutputPath(
                name: Array(path.name), address: address, references: [dependency], selfReference: true) == path)
        #expect(
            PathFingerprint.isContentAddressed(path, by: address, references: [path, dependency], store: store))
        #expect(!PathFingerprint.isContentAddressed(path, by: address, references: [dependency], store: store))
    }

    @Test func textPathsHaveReferences() throws {
        let note = try store.textPath(
            name: Array("note.txt".utf8), hash: Digester.hash(.sha256, "some text"), references: [])
        #expect(note.description == "4yr9379d0i4j6kyv72mfng0jxmxrjm24-note.txt")
        let refers = try store.textPath(
            name: Array("refers".utf8), hash: Digester.hash(.sha256, store.print(note)), references: [note])
        #expect(refers.description == "4x3fkyx7aagy5bd05lw6vi6g49h6rb09-refers")
    }

    @Test func onlyTextAndNARsWithSHA256HaveReferences() throws {
        let note = try StorePath(baseName: "cxmv62z5q78x478b46ns5dwznbmjw8r4-note.txt")
        for address in [
            ContentAddress(method: .flat, hash: .fake(.sha256)), ContentAddress(method: .nar, hash: .fake(.sha1)),
        ] {
            let error = #expect(throws: FormatError.self) {
                try store.fixedOutputPath(name: Array("x".utf8), address: address, references: [note])
            }
            #expect(
                error?.message.hasPrefix("fixed output derivation 'x' is not allowed to refer to other store paths.\n")
                    == true)
        }
    }

    /// From `builtins.placeholder`.
    @Test func placeholders() {
        #expect(OutputPlaceholder.make(output: "out") == "/1rz4g4znpzjwh1xymhjpm42vipw92pr73vdgl6xs1hycac8kf2n9")
        #expect(OutputPlaceholder.make(output: "dev") == "/02qcpld1y6xhs5gz9bchpxaw0xdhmsp5dv88lh25r2ss44kh8dxz")
    }
}

@Suite struct ContentAddressTests {
    static let texts: [ByteString] = [
        "text:sha256:14h8r40nan183dpar2f25amz668qsnyhyhs6lwf103ma4xczjwca",
        "fixed:sha256:14h8r40nan183dpar2f25amz668qsnyhyhs6lwf103ma4xczjwca",
        "fixed:r:sha256:0gvczf8wf1a6z9ym4gwj9cv08g05zgc1cqr3x1s7bchghmv4h0xi",
        "fixed:r:sha1:kpcd173cq987hw957sx6m0868wv3x6d9",
    ]

    @Test(arguments: texts) func roundTrips(text: ByteString) throws {
        #expect(try ContentAddress(parsing: text).printed() == text)
    }

    static let refused: [(ByteString, String)] = [
        ("x", "not a content address because it is not in the form '<prefix>:<rest>': x"),
        ("fixed:sha256", "content address hash must be in form '<algo>:<hash>', but found: fixed:sha256"),
        ("foo:sha256:x", "content address prefix 'foo' is unrecognized. Recogonized prefixes are 'text' or 'fixed'"),
        ("fixed:sha256:x", "hash 'x' has wrong length for hash algorithm 'sha256'"),
        (
            "fixed:foo:x",
            "unknown hash algorithm 'foo', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'"
        ),
    ]

    @Test(arguments: refused) func refuses(text: ByteString, message: String) {
        let error = #expect(throws: FormatError.self) { try ContentAddress(parsing: text) }
        #expect(error?.message == message)
    }
}
