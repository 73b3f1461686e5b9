import NixFormats
import NixStore
import Testing

@testable import NixBuild

@Suite struct BuildLogTests {
    @Test func keepsTheLastLines() {
        var log = BuildLog(keeping: 2)
        #expect(log.append(Array("a\nb\nc".utf8)) == [Array("a".utf8), Array("b".utf8)])
        #expect(log.finish() == [Array("c".utf8)])
        #expect(log.lastLines == [Array("b".utf8), Array("c".utf8)])
    }

    @Test func aCarriageReturnStartsTheLineAgain() {
        var log = BuildLog(keeping: 1)
        #expect(log.append(Array("10 %\r20 %\r\n".utf8)) == [[]])
        #expect(log.append(Array("10 %\r20 %\n".utf8)) == [Array("20 %".utf8)])
    }

    @Test func exitCodesCombineBits() {
        #expect(BuildExitCode.legacy([.permanent]) == 100)
        #expect(BuildExitCode.legacy([.hashMismatch]) == 102)
        #expect(BuildExitCode.legacy([.timedOut, .hashMismatch]) == 103)
        #expect(BuildExitCode.legacy([.notDeterministic]) == 104)
        #expect(BuildExitCode.legacy([.miscellaneous]) == 1)
        #expect(BuildExitCode.legacy([.transient]) == 1)
        #expect(BuildExitCode.legacy([.transient, .permanent]) == 100)
    }
}

/// Expectations are the files that Nix 2.34 wrote for the same derivations.
@Suite struct BuilderEnvironmentTests {
    private let folder: ByteString = "/build"

    @Test func passAsFileBecomesAFile() throws {
        var derivation = Derivation(name: "a")
        derivation.environment = ["big": "xx", "passAsFile": "big", "foo": "bar"]
        let environment = try BuilderEnvironment(
            derivation, outputs: [("out", "/nix/store/x")], temporaryFolder: folder, storeDirectory: "/nix/store",
            cores: 2, inherited: { _ in nil })
        let name = ".attr-1lak0mvllw8rv9i9ygkglvhqsq19qi9ynl4bi7gbf69ab5nzw89a"
        #expect(environment.variables["bigPath"] == ByteString("/build/\(name)"))
        #expect(environment.variables["big"] == nil)
        #expect(environment.variables["foo"] == "bar")
        #expect(environment.variables["out"] == "/nix/store/x")
        #expect(environment.files.map(\.name) == [ByteString(name)])
        #expect(environment.files.map(\.contents) == ["xx"])
    }

    @Test func impureVariablesComeFromOutsideForFixedOutputsOnly() throws {
        var derivation = Derivation(name: "fo")
        derivation.environment = ["impureEnvVars": "FOO UNSET"]
        func variables() throws -> SortedMap<ByteString, ByteString> {
            try BuilderEnvironment(
                derivation, outputs: [], temporaryFolder: folder, storeDirectory: "/nix/store", cores: 1,
                inherited: { $0 == "FOO" ? "1" : nil }
            ).variables
        }
        #expect(try variables()["FOO"] == nil)
        derivation.outputs["out"] = .fixed(ContentAddress(method: .flat, hash: .fake(.sha256)))
        #expect(try variables()["FOO"] == "1")
        #expect(try variables()["UNSET"] == "")
        #expect(try variables()["NIX_OUTPUT_CHECKED"] == "1")
    }

    @Test func structuredAttributesAreDeclared() throws {
        let attributes = try StructuredAttributes(
            parsing: """
                {"b":true,"bad-name":"x","f":false,"fl":1.5,"foo":"bar","l":[1,"two"],"n":null,\
                "nested":{"a":{"b":1}},"set":{"x":"1 'q'","y":2}}
                """, outputs: [("dev", "/nix/store/d"), ("out", "/nix/store/o")])
        #expect(
            attributes.shell == """
                declare b=1
                declare f=
                declare foo='bar'
                declare -a l=(1 'two' )
                declare n=''
                declare -A outputs=(['dev']='/nix/store/d' ['out']='/nix/store/o' )
                declare -A set=(['x']='1 '\\''q'\\''' ['y']=2 )

                """)
        #expect(attributes.json.description.contains(#""outputs":{"dev":"/nix/store/d","out":"/nix/store/o"}"#))
    }
}

@Suite struct StorePathTranslationTests {
    private let names = StorePathTranslation(StoreLayout(chroot: "/home/x/root"))
    private let object = "0123456789abcdfghijklmnpqrsvwxyz-name"

    @Test func onlyWholeStorePathsAreReplaced() {
        let text = "a /nix/store/\(object)/bin:/nix/store/short /nix/store"
        let real = "a /home/x/root/nix/store/\(object)/bin:/nix/store/short /nix/store"
        #expect(names.toReal(Array(text.utf8)) == Array(real.utf8))
        #expect(names.toLogical(Array(real.utf8)) == Array(text.utf8))
    }

    @Test func nothingChangesWhereBothAreTheSame() {
        let layout = StoreLayout(
            storeDirectory: .standard, realStoreDirectory: "/nix/store", stateDirectory: "/nix/var/nix",
            logDirectory: "/nix/var/log/nix")
        #expect(StorePathTranslation(layout).isIdentity)
    }
}
