import Foundation
import NixFormats
import Testing

@testable import NixFetch

@Suite struct URLSourceTests {
    private let server: FaultServer
    private let scratch: ScratchDirectory

    init() throws {
        server = try FaultServer()
        scratch = try ScratchDirectory()
    }

    private func fetch(
        _ source: String, auth: String = "", variables: [String: String] = [:]
    ) async throws -> FetchedModel {
        let environment = FetchEnvironment(variables: variables, homeDirectory: scratch.path)
        let request = try ModelRequest(
            source: Array(source.replacingOccurrences(of: "BASE", with: server.base).utf8), auth: Array(auth.utf8),
            network: [])
        return try await ModelFetcher(downloader: Downloader(environment: environment), environment: environment).fetch(
            request, into: try scratch.make("staging"), partials: "\(scratch.path)/partials")
    }

    @Test func filesStandAtTheTop() async throws {
        let model = try await fetch(
            #"{"type":"url","urls":["BASE/f/ok/10/a%20b.bin?x=1",{"url":"BASE/f/ok/20/c","filename":"d.txt","sha256":null}]}"#
        )
        #expect(model == FetchedModel(files: 2, bytes: 30, nar: try scratch.nar("staging")))
        #expect(try scratch.tree("staging") == ["a b.bin", "d.txt"])
        #expect(try scratch.tree("partials") == [])
    }

    @Test(arguments: [
        (#""BASE/f/ok/1/a","BASE/f/ok/2/a""#, "two URLs have the file name 'a'"),
        (#""BASE/""#, "names no file"),
        (#""BASE/a%2Fb""#, "file name 'a/b' of "),
        (#""BASE/%2E%2E""#, "file name '..' of "),
        (#"{"url":"BASE/a","filename":"../a"}"#, "it has a path separator"),
        (#"{"url":"BASE/a","sha256":"xyz"}"#, "is malformed"),
        (#""ftp://example.org/a""#, "'ftp://example.org/a' is not a usable URL: scheme 'ftp' is not supported"),
        (#""http://me:secret@exa mple.org/a""#, "'exa mple.org/a' is not a usable URL"),
    ])
    func badRequestsAreNamed(urls: String, words: String) async throws {
        await #expect {
            _ = try await fetch(#"{"type":"url","urls":[\#(urls)]}"#)
        } throws: { error in
            (error as? FetchError)?.kind == .badRequest && "\(error)".contains(words) && !"\(error)".contains("secret")
        }
    }

    @Test func archivesAreUnpacked() async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            "import sys,tarfile,io\nt=tarfile.open(sys.argv[1],'w:gz')\ni=tarfile.TarInfo('m/w.bin')\ni.size=3\nt.addfile(i,io.BytesIO(b'abc'))\nt.close()",
            "\(scratch.path)/m.tar.gz",
        ]
        try process.run()
        process.waitUntilExit()
        let source = #"{"type":"url","url":"file://\#(scratch.path)/m.tar.gz","extract":true}"#
        #expect(try await fetch(source) == FetchedModel(files: 1, bytes: 3))
        #expect(try scratch.tree("staging") == ["m", "m/w.bin"])
        #expect(try scratch.tree("partials") == [])
        await #expect {
            _ = try await fetch(#"{"type":"url","url":"BASE/f/ok/1000/x.tar","extract":true}"#)
        } throws: { error in
            (error as? FetchError)?.kind == .unpack
                && "\(error)".contains("cannot unpack '\(server.base)/f/ok/1000/x.tar'")
        }
    }

    @Test func mirrorsAreAskedInTurn() async throws {
        let mirrored = """
            {"type":"url","urls":["BASE/f/ok/10/a",{"url":"BASE/f/status-404/10/b","filename":"b",\
            "mirrors":["http://127.0.0.1:9/b","BASE/f/ok/20/c"]}]}
            """
        let model = try await fetch(mirrored)
        #expect(model.bytes == 30)
        #expect(try model.nar == scratch.nar("staging"))
        #expect(try scratch.tree("staging") == ["a", "b"])
        let asked = try await server.log().map(\.path)
        // What is there already is not asked for again.
        #expect(asked.filter { $0 == "/f/ok/10/a" }.count == 1)
        #expect(asked.contains("/f/status-404/10/b") && asked.last == "/f/ok/20/c")
        await #expect {
            _ = try await fetch(
                #"{"type":"url","url":"BASE/f/status-404/10/x","mirrors":["BASE/f/status-403/10/x"]}"#)
        } throws: { "\($0)".contains("/f/status-403/10/x") }
    }

    @Test func credentialsComeFromNamedVariables() async throws {
        let source = #"{"type":"url","url":"BASE/f/cross/10/x"}"#
        _ = try await fetch(
            source, auth: #"{"usernameEnvVar":"U","passwordEnvVar":"P"}"#, variables: ["U": "me", "P": "pw"])
        #expect(try await server.log().map(\.authorization) == ["Basic bWU6cHc=", nil])
        await #expect {
            _ = try await fetch(source, auth: #"{"tokenEnvVar":"NONE","required":true}"#)
        } throws: { ($0 as? FetchError)?.kind == .unauthorized }
    }

    /// The layout of a mock model is frozen.
    @Test func aMockModelHasAFixedTree() async throws {
        let model = try await fetch(#"{"type":"mock","files":["config.json","sub/a.txt"]}"#)
        #expect(model.files == 2 && model.commit == String(repeating: "0", count: 40))
        let expected = Array(#"{"mock":true,"org":"test-org","model":"test-model","file":"config.json"}"#.utf8) + [10]
        let digest = Digester.sha256(expected).base16
        #expect(try scratch.read("staging/blobs/\(digest)") == expected)
        let commit = String(repeating: "0", count: 40)
        #expect(
            try scratch.tree("staging").filter { $0.hasPrefix("snapshots/\(commit)/") } == [
                "snapshots/\(commit)/config.json -> ../../blobs/\(digest)", "snapshots/\(commit)/sub",
                "snapshots/\(commit)/sub/a.txt -> ../../../blobs/"
                    + "\(Digester.sha256(Array(#"{"mock":true,"org":"test-org","model":"test-model","file":"sub/a.txt"}"#.utf8) + [10]).base16)",
            ])
        #expect(try scratch.read("staging/refs/main") == Array("\(commit)\n".utf8))
    }
}
