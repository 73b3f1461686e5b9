import NixFormats
import Testing

@Suite struct DerivationHasherTests {
    let store = StoreDirectory.standard

    static func none(_ path: StorePath) throws(FormatError) -> Derivation {
        throw FormatError(.derivation, "asked for \(path)")
    }

    /// The outputs of what depends on a fixed output do not depend on how that is fetched.
    @Test func urlDoesNotMatterDownstream() throws {
        let tops = try DerivationTests.names.filter { $0.hasSuffix("-top.drv") }.map {
            try DerivationTests.load(StorePath(baseName: ByteString($0)))
        }
        #expect(tops.count == 2)
        #expect(tops[0].inputDerivations != tops[1].inputDerivations)
        #expect(tops[0].outputs == tops[1].outputs)
    }

    /// Depth far beyond what recursion on an ordinary stack would survive.
    @Test func longChainsNeedNoStack() throws {
        var derivations: [StorePath: Derivation] = [:]
        var last: StorePath?
        let paths = try (0..<20_000).map { index in
            try store.makeStorePath(
                type: "test", hash: Digester.sha256(Array("\(index)".utf8)), name: Array("d\(index).drv".utf8))
        }
        for path in paths {
            var derivation = Derivation(
                name: try Derivation.name(of: path), outputs: ["out": .inputAddressed(path)], system: "s")
            if let last { derivation.inputDerivations[last] = ["out"] }
            derivations[path] = derivation
            last = path
        }
        let known = derivations
        let deepest = try #require(last)
        var hasher = DerivationHasher(store: store)
        let hash = try hasher.hashModulo(of: deepest) { (path) throws(FormatError) in
            guard let derivation = known[path] else { return try Self.none(path) }
            return derivation
        }
        #expect(hasher.memo.count == 20_000)
        #expect(try hasher.hashModulo(of: deepest, load: Self.none) == hash)
    }

    @Test func cyclesAreRefused() throws {
        let first = try StorePath(baseName: "00000000000000000000000000000000-a.drv")
        let second = try StorePath(baseName: "00000000000000000000000000000000-b.drv")
        var hasher = DerivationHasher(store: store)
        #expect(
            throws: FormatError(
                .derivation, "derivation '/nix/store/00000000000000000000000000000000-a.drv' depends on itself")
        ) {
            try hasher.hashModulo(of: first) { path in
                Derivation(
                    name: "x", outputs: ["out": .inputAddressed(path)],
                    inputDerivations: [path == first ? second : first: ["out"]])
            }
        }
    }

    @Test func unknownOutputsOfFixedInputsAreRefused() throws {
        let fileName = try #require(DerivationTests.names.first { $0.hasSuffix("-sha1.drv") })
        let derivation = Derivation(
            name: "user", outputs: ["out": .deferred],
            inputDerivations: [try StorePath(baseName: ByteString(fileName)): ["dev"]])
        var hasher = DerivationHasher(store: store)
        #expect(throws: FormatError(.derivation, "no hash for output 'dev' of derivation 'user'")) {
            try hasher.finish(DerivationText(derivation, store: store), load: DerivationTests.load)
        }
    }

    @Test func keepsVariablesThatAreSet() throws {
        let derivation = Derivation(name: "x", outputs: ["out": .deferred], environment: ["out": "mine"])
        var hasher = DerivationHasher(store: store)
        let file = try hasher.finish(DerivationText(derivation, store: store), load: Self.none)
        let read = try ATermReader.read(file: file.contents, at: file.path, store: store)
        #expect(read.environment["out"] == "mine")
    }

    /// Messages of `derivationStrict` and of Nix's check of derivations.
    @Test func mixedOutputsAreRefused() throws {
        let fixed = DerivationOutput.fixed(ContentAddress(method: .flat, hash: .fake(.sha256)))
        let rows: [(SortedMap<ByteString, DerivationOutput>, String)] = [
            ([:], "must have at least one output"),
            (["a": .deferred, "b": fixed], "can't mix derivation output types"),
            (["a": fixed], "single fixed output must be named \"out\""),
            (
                ["a": .floating(.nar, .sha1), "b": .floating(.nar, .sha256)],
                "all floating outputs must use the same hash algorithm"
            ),
        ]
        for (outputs, message) in rows {
            #expect(throws: FormatError(.derivation, message)) {
                try DerivationValidation.checkOutputs(outputs.map { ($0.key, $0.value) })
            }
        }
        try DerivationValidation.checkOutputs([(ByteString("out"), fixed)])
    }
}

/// Messages of `nix-instantiate` in Nix 2.34.8.
@Suite struct DerivationValidationTests {
    static let names: [(String, String)] = [
        ("", "invalid derivation name: name must not be empty. Please pass a different 'name'."),
        ("a b", "invalid derivation name: name 'a b' contains illegal character ' '. Please pass a different 'name'."),
        ("..", "invalid derivation name: name '..' is not valid. Please pass a different 'name'."),
        (
            "..-a",
            "invalid derivation name: name '..-a' is not valid: first dash-separated component must not be '..'. Please pass a different 'name'."
        ),
        ("a/b", "invalid derivation name: name 'a/b' contains illegal character '/'. Please pass a different 'name'."),
    ]

    @Test(arguments: names) func refusesNames(name: String, message: String) {
        #expect(throws: FormatError(.derivation, message)) {
            try DerivationValidation.checkName(ByteString(name))
        }
    }

    @Test func onlyADerivationHasANameLikeOne() throws {
        let message = "derivation names are allowed to end in '.drv' only if they produce a single derivation file"
        for (method, outputs) in [(nil, ["out"]), (.nar, ["out"]), (.text, ["out", "dev"])]
            as [(ContentAddressMethod?, [ByteString])]
        {
            #expect(throws: FormatError(.derivation, message)) {
                try DerivationValidation.checkSuffix("a.drv", method: method, outputs: outputs)
            }
        }
        try DerivationValidation.checkSuffix("a.drv", method: .text, outputs: ["out"])
        try DerivationValidation.checkSuffix("a", method: nil, outputs: ["out"])
    }

    @Test func acceptsNames() throws {
        for name in [".a", "a", "model-raw", "x_=+?"] { try DerivationValidation.checkName(ByteString(name)) }
    }

    static let outputs: [([ByteString], Bool, String)] = [
        (["a", "a"], false, "duplicate derivation output 'a'"),
        (["drvPath"], false, "invalid derivation output name 'drvPath'"),
        ([], false, "derivation cannot have an empty set of outputs"),
        (["a"], true, "multiple outputs are not supported in fixed-output derivations"),
        (["out", "a"], true, "multiple outputs are not supported in fixed-output derivations"),
    ]

    @Test(arguments: outputs) func refusesOutputs(outputs: [ByteString], isFixed: Bool, message: String) {
        #expect(throws: FormatError(.derivation, message)) {
            try DerivationValidation.checkOutputNames(outputs, isFixed: isFixed)
        }
    }

    @Test func acceptsOutputs() throws {
        try DerivationValidation.checkOutputNames(["out"], isFixed: true)
        try DerivationValidation.checkOutputNames(["dev", "out"], isFixed: false)
    }

    static let modes: [(ByteString, String)] = [
        ("foo", "invalid value 'foo' for 'outputHashMode' attribute"),
        (
            "text",
            "experimental Nix feature 'dynamic-derivations' is disabled (text-hashed derivation 'n', outputHashMode = \"text\"); add '--extra-experimental-features dynamic-derivations' to enable it"
        ),
        (
            "git",
            "experimental Nix feature 'git-hashing' is disabled; add '--extra-experimental-features git-hashing' to enable it"
        ),
    ]

    @Test(arguments: modes) func refusesModes(mode: ByteString, message: String) {
        #expect(throws: FormatError(.derivation, message)) {
            try DerivationValidation.method(outputHashMode: mode, derivationName: "n")
        }
    }

    @Test func acceptsModes() throws {
        for (mode, method) in [("flat", ContentAddressMethod.flat), ("recursive", .nar), ("nar", .nar)] {
            #expect(
                try DerivationValidation.method(outputHashMode: ByteString(mode), derivationName: "n") == method)
        }
    }
}
