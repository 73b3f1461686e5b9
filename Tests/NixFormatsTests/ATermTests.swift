import NixFormats
import Testing

@Suite struct ATermTests {
    static let path = "/nix/store/kqk9cmc0s6n8c6ksyq1bgkz8f0r6zz4w-base"

    /// A file in which `output` is the list of outputs and `rest` everything after the input derivations.
    static func file(_ output: String, _ rest: String = #"[],"s","b",[],[])"#) -> String {
        "Derive([\(output)],[],\(rest)"
    }

    /// Messages of `nix derivation show` in Nix 2.34.8 on files with these contents.
    static let refused: [(String, String)] = [
        ("D", "derivation does not start with 'Derive' or 'DrvWithVersion'"),
        ("Foo", "expected string 'D'"),
        ("Derive(", "expected string '['"),
        (#"DrvWithVersion("foo","#, "Unknown derivation ATerm format version 'foo'"),
        (#"DrvWithVersion("xp-dyn-drv""#, "expected string ','"),
        (#"DrvWithVersion("xp-dyn-drv",["#, "expected string '('"),
        (#"DrvWithVersion("xp-dyn-drv",[],[("\#(path).drv",x"#, "invalid inputDrvs entry in derivation"),
        (#"DrvWithVersion("xp-dyn-drv",[],[("\#(path).drv",([],[("a",["b"])]),"#, "expected string ')'"),
        (#"DrvWithVersion("xp-dyn-drv",[],[("\#(path).drv",([],["a"]))],[],"s","b",[],[])"#, "expected string '('"),
        (#"Derive([],[("\#(path).drv",([],[("a",["b"])]))],[],"s","b",[],[])"#, "expected string '['"),
        (#"Derive([("out"#, "unterminated string in derivation"),
        (file(#"("out","\#(path)","",""),"#), "expected string '('"),
        (file(#"("out","relative","","")"#), "bad path 'relative' in derivation"),
        (file(#"("out","/etc/x","","")"#), #"path "/etc/x" is not in the Nix store"#),
        (file(#"("out","\#(path)","","")"#, #"[],"s","b",[],[]"#), "expected string ')'"),
        (file("", #"["x"],"s","b",[],[])"#), "bad path 'x' in derivation"),
        (#"Derive([],[("a",["out"])],[],"s","b",[],[])"#, "bad path 'a' in derivation"),
        (
            file(#"("out","","foo","")"#),
            "unknown hash algorithm 'foo', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'"
        ),
        (file(#"("out","","sha256","zz")"#), "bad path '' in derivation"),
        (file(#"("out","\#(path)","sha256","zz")"#), "hash 'zz' has wrong length for hash algorithm 'sha256'"),
        (
            file(#"("out","\#(path)","sha256","")"#),
            "content-addressing derivation output should not specify output path"
        ),
        (
            file(#"("out","\#(path)","sha256","impure")"#),
            "impure derivation output should not specify output path"
        ),
        (file("", #"[],"s","b",["a",],[])"#), #"expected string '"'"#),
        (file("", #"[],"s","b",["a""#), #"expected string '"'"#),
        (file("", #"[],"s","b",["a\"#), "unterminated string in derivation"),
        (file("", #"[],"s","b",[],[("a")])"#), "expected string ','"),
    ]

    @Test(arguments: refused) func refuses(text: String, message: String) {
        let error = #expect(throws: FormatError.self) {
            try ATermReader.read(ByteString(text), name: "base", store: .standard)
        }
        #expect(error?.message == message)
    }

    @Test func namesTheFile() throws {
        let path = try StorePath(baseName: "w8qkprfazlipjgdkydp9clssljfqdmkr-base.drv")
        let start = "error parsing derivation '/nix/store/\(path)': "
        let rows: [(String, String)] = [
            ("", start + "file is empty (possible filesystem corruption)"), ("Foo", start + "expected string 'D'"),
            (Self.file(#"("out","/etc/x","","")"#), #"path "/etc/x" is not in the Nix store"#),
        ]
        for (text, message) in rows {
            let error = #expect(throws: FormatError.self) {
                try ATermReader.read(file: ByteString(text), at: path, store: .standard)
            }
            #expect(error?.message == message)
        }
        let derivation = try ATermReader.read(file: ByteString(Self.file("")), at: path, store: .standard)
        #expect(derivation.name == "base")
        let other = try StorePath(baseName: "w8qkprfazlipjgdkydp9clssljfqdmkr-base")
        #expect(throws: FormatError(.derivation, "store path '\(other)' is not a valid derivation path")) {
            try ATermReader.read(file: "", at: other, store: .standard)
        }
    }

    /// What Nix reads without complaint though it would write it otherwise.
    static let tolerated: [(String, String)] = [
        (file(#"("out","\#(path)","","")"#, #"[],"s","b",[],[])trailing"#), file(#"("out","\#(path)","","")"#)),
        (file("", #"[],"s","b",["a""b"],[])"#), file("", #"[],"s","b",["a","b"],[])"#)),
        (file("", #"[],"s","b",[,"a"],[])"#), file("", #"[],"s","b",["a"],[])"#)),
        (file("", #"[],"s","b",["\q\0"],[])"#), file("", #"[],"s","b",["q0"],[])"#)),
        (
            file("", #"["/nix/store/../store//x/../\#(path.dropFirst(11))"],"s","b",[],[])"#),
            file("", #"["\#(path)"],"s","b",[],[])"#)
        ),
        (file(#"("out","","",""),("out","\#(path)","","")"#), file(#"("out","","","")"#)),
        (
            file("", #"[],"s","b",[],[("b","0"),("a","1"),("a","2")])"#),
            file("", #"[],"s","b",[],[("a","2"),("b","0")])"#)
        ),
        (file(#"("out","","","deadbeef")"#), file(#"("out","","","")"#)),
        (
            dynamicFile(#"("\#(path).drv",([],[("a",["b"]),("a",["c"])]))"#),
            dynamicFile(#"("\#(path).drv",([],[("a",["c"])]))"#)
        ),
        (dynamicFile(""), file("")),
    ]

    /// A file in the form with dynamic inputs.
    static func dynamicFile(_ inputs: String) -> String {
        #"DrvWithVersion("xp-dyn-drv",[],[\#(inputs)],[],"s","b",[],[])"#
    }

    @Test(arguments: tolerated) func tolerates(text: String, canonical: String) throws {
        let derivation = try ATermReader.read(ByteString(text), name: "base", store: .standard)
        #expect(try DerivationText(derivation, store: .standard).file() == ByteString(canonical))
    }

    /// However deep outputs hold derivations, a file does not end the program.
    @Test func deepInputsAreRefused() {
        let depth = 100_000
        let text =
            #"DrvWithVersion("xp-dyn-drv",[],[("\#(Self.path).drv","#
            + String(repeating: #"([],[("a","#, count: depth) + #"["b"]"#
        let error = #expect(throws: FormatError.self) {
            try ATermReader.read(ByteString(text), name: "base", store: .standard)
        }
        #expect(error?.message == "outputs hold derivations too deeply")
    }

    /// A fixed output's path is not read but computed, as in Nix 2.34.
    @Test func computesFixedPaths() throws {
        let zeros = String(repeating: "0", count: 64)
        let text = Self.file(#"("out","\#(Self.path)","r:sha256","\#(zeros)")"#)
        let derivation = try ATermReader.read(ByteString(text), name: "name", store: .standard)
        #expect(derivation.fixedOutput == ContentAddress(method: .nar, hash: .fake(.sha256)))
        #expect(
            try derivation.outputPath("out", in: .standard)?.description == "dfrd4xi887vrqrb7glr8zj9fzgxj8qlv-name")
        #expect(try derivation.outputPath("dev", in: .standard) == nil)
    }

    @Test func everyPrefixIsRefused() throws {
        let fileName = try #require(DerivationTests.names.first { $0.hasSuffix("-multiple.drv") })
        let contents = try Golden.file("Derivations/\(fileName)")
        for count in 0..<contents.count {
            #expect(throws: FormatError.self) {
                try ATermReader.read(ByteString(contents.bytes.prefix(count)), name: "x", store: .standard)
            }
        }
    }

    /// Lists in descending order, whose elements must not be inserted one by one.
    @Test func readsLongUnsortedLists() throws {
        let count = 50_000
        let variables = (0..<count).reversed().map { "(\"\(1_000_000 + $0)\",\"\")" }.joined(separator: ",")
        let text = "Derive([],[],[],\"s\",\"b\",[],[\(variables)])"
        let derivation = try ATermReader.read(ByteString(text), name: "x", store: .standard)
        #expect(derivation.environment.count == count)
        #expect(derivation.environment.first?.key == "1000000")
    }

    @Test func randomDerivationsComeBack() throws {
        var random = RandomSource(seed: 5)
        for _ in 0..<400 {
            let derivation = try Self.random(&random)
            let contents = try DerivationText(derivation, store: .standard).file()
            #expect(try ATermReader.read(contents, name: derivation.name, store: .standard) == derivation)
        }
    }

    @Test func survivesMutations() throws {
        var random = RandomSource(seed: 6)
        var refused = 0
        for _ in 0..<2000 {
            let derivation = try Self.random(&random)
            var bytes = try DerivationText(derivation, store: .standard).file().bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                bytes[index] = Array(#"\"[](),abn"#.utf8).randomElement(using: &random) ?? 0
            }
            do {
                let mutated = try ATermReader.read(ByteString(bytes), name: "x", store: .standard)
                let again = try DerivationText(mutated, store: .standard).file()
                #expect(try ATermReader.read(again, name: "x", store: .standard) == mutated)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 500 && refused < 2000)
    }

    static func random(_ random: inout RandomSource) throws -> Derivation {
        var derivation = Derivation(name: random.name())
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let address = ContentAddress(
                method: [.flat, .nar].randomElement(using: &random) ?? .flat,
                hash: Digester.sha256(random.bytes(upTo: 9)))
            let outputs: [DerivationOutput] = [
                .deferred, .inputAddressed(try path(&random)), .fixed(address), .floating(.nar, .sha256),
                .impure(.flat, .sha1),
            ]
            derivation.outputs[random.name()] = outputs.randomElement(using: &random)
        }
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let input = try path(&random)
            derivation.inputDerivations[input] = SortedSet([random.name(), random.name()])
            derivation.inputSources.insert(try path(&random))
            guard Bool.random(using: &random) else { continue }
            var held = SortedMap<ByteString, DynamicInputs>()
            for depth in 2...Int.random(in: 2...4, using: &random) {
                held.insert((0..<depth).map { _ in random.name() }[...])
            }
            derivation.dynamicInputs[input] = held
        }
        derivation.system = random.name()
        derivation.builder = ByteString(random.bytes(upTo: 20))
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            derivation.arguments.append(ByteString(random.bytes(upTo: 20)))
            derivation.environment[ByteString(random.bytes(upTo: 5))] = ByteString(random.bytes(upTo: 60))
        }
        return derivation
    }

    private static func path(_ random: inout RandomSource) throws -> StorePath {
        let name = random.name()
        return try StoreDirectory.standard.makeStorePath(
            type: "test", hash: Digester.sha256(name.bytes), name: name.bytes)
    }
}

/// Escapes, which are looked for eight bytes at a time.
@Suite struct QuotingTests {
    @Test func escapesWhereverTheByteLies() throws {
        for byte in UInt8.min...UInt8.max {
            for place in 0..<20 {
                var value = [UInt8](repeating: UInt8(ascii: "x"), count: 19)
                value.insert(byte, at: place)
                let derivation = Derivation(name: "q", environment: ["v": ByteString(value)])
                let file = try DerivationText(derivation, store: .standard).file()
                let escaped: [UInt8] =
                    switch byte {
                    case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
                    case UInt8(ascii: "\n"): Array(#"\n"#.utf8)
                    case UInt8(ascii: "\r"): Array(#"\r"#.utf8)
                    case UInt8(ascii: "\t"): Array(#"\t"#.utf8)
                    default: [byte]
                    }
                let text = value[..<place] + escaped + value[(place + 1)...]
                let expected = Array(#"Derive([],[],[],"","",[],[("v",""#.utf8) + text + Array(#"")])"#.utf8)
                #expect(file == ByteString(expected))
            }
        }
    }
}
