import Foundation
import NixFormats
import Testing

@testable import NixFetch

/// The hub source against the fake hub of the fault server.
@Suite struct HuggingFaceTests {
    static let commit = String(repeating: "c", count: 40)

    private func fetch(
        _ server: FaultServer, _ scratch: ScratchDirectory, repo: String = "org/model", revision: String = "main",
        type: String? = nil, files: [String]? = nil, variables: [String: String] = [:], auth: String = "{}"
    ) async throws -> FetchedModel {
        let defaults = ["HF_ENDPOINT": server.base + "/", "HOME": scratch.path]
        let environment = FetchEnvironment(variables: defaults.merging(variables) { $1 })
        var options = DownloaderOptions()
        options.retry.baseDelay = 0.01
        let fetcher = ModelFetcher(
            downloader: Downloader(options: options, environment: environment), environment: environment)
        var members: [String: Any] = ["type": "huggingface", "repo": repo, "revision": revision]
        if let files { members["files"] = files }
        if let type { members["repoType"] = type }
        let source = [UInt8](try JSONSerialization.data(withJSONObject: members))
        let request = try ModelRequest(source: source, auth: Array(auth.utf8), network: [])
        return try await fetcher.fetch(
            request, into: try scratch.make("staging"), partials: "\(scratch.path)/partials")
    }

    private func sha256(_ text: String) -> String {
        "\(Digester.sha256(Array(text.utf8)).base16)"
    }

    @Test func laysOutTheWholeRepository() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        let model = try await fetch(server, scratch)
        #expect(model.commit == Self.commit)
        #expect(model.files == 8)
        #expect(try model.nar == scratch.nar("staging"))
        let tree = try scratch.tree("staging")
        let attributes = sha256("*.safetensors filter=lfs\n")
        let pooling = sha256("{\"pooling\": true}\n")
        #expect(tree.contains("snapshots/\(Self.commit)/.gitattributes -> ../../blobs/\(attributes)"))
        #expect(tree.contains("snapshots/\(Self.commit)/1_Pooling/config.json -> ../../../blobs/\(pooling)"))
        #expect(tree.contains("snapshots/\(Self.commit)/with space #1.txt -> ../../blobs/\(sha256("space\n"))"))
        #expect(tree.contains("snapshots/\(Self.commit)/empty.txt -> ../../blobs/\(sha256(""))"))
        #expect(tree.filter { $0.hasPrefix("refs/") } == ["refs/main"])
        #expect(try scratch.read("staging/refs/main") == Array("\(Self.commit)\n".utf8))
        // Seven contents: the weights are there twice.
        let blobs = tree.filter { $0.hasPrefix("blobs/") }
        #expect(blobs.count == 7)
        for blob in blobs {
            #expect(blob == "blobs/\(Digester.sha256(try scratch.read("staging/\(blob)")).base16)")
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(scratch.path)/staging/\(blob)")
            #expect(attributes[.posixPermissions] as? Int == 0o444)
        }
        // One request for the commit, pages of two, one per content; the large ones through another origin.
        let requests = try await server.log()
        #expect(requests.filter { $0.path.contains("/revision/") }.count == 1)
        #expect(requests.filter { $0.path.contains("/tree/") }.count == 6)
        #expect(requests.filter { $0.path.contains("/resolve/") }.count == 6)
        #expect(requests.filter { $0.path.hasPrefix("/cdn/") }.allSatisfy { $0.port == server.otherPort })
    }

    @Test(arguments: ["dataset", "space"])
    func dataSetsAndSpacesHaveAddressesOfTheirOwn(_ type: String) async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        let model = try await fetch(server, scratch, repo: "other-org/data", type: type, files: ["config.json"])
        #expect(model.files == 1)
        let paths = try await server.log().map(\.path)
        #expect(paths.contains("/api/\(type)s/other-org/data/revision/main"))
        #expect(paths.contains("/\(type)s/other-org/data/resolve/\(Self.commit)/config.json"))
        await #expect {
            _ = try await fetch(server, try ScratchDirectory(), repo: "other-org/data")
        } throws: { ($0 as? FetchError)?.kind == .notFound }
    }

    @Test func upstreamsLayoutLacksSubfolders() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        let model = try await fetch(server, scratch)
        let omissions = try #require(model.upstreamOmissions).map(\.description)
        // The weights of copy/ are also those of the top level, so their blob stays.
        #expect(
            omissions.filter { $0.hasPrefix("snapshots/") }.map { $0.split(separator: "/").last }
                == ["1_Pooling", "copy", "onnx"])
        #expect(omissions.filter { $0.hasPrefix("blobs/") }.count == 2)
        #expect(omissions.contains("blobs/\(sha256("{\"pooling\": true}\n"))"))
        let top = try await fetch(server, try ScratchDirectory(), files: ["config.json", "model.*"])
        #expect(top.upstreamOmissions == nil)
    }

    @Test func patternsSelectAsBashDoes() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        _ = try await fetch(server, scratch, files: ["*.safetensors", "conf?g.[a-j]son"])
        let names = try scratch.tree("staging").filter { $0.hasPrefix("snapshots/") && $0.contains("->") }
            .compactMap { $0.split(separator: " ").first?.dropFirst("snapshots/".count + 41) }
        #expect(names == ["config.json", "copy/model.safetensors", "model.safetensors"])
        await #expect {
            _ = try await fetch(server, try ScratchDirectory(), files: ["*.bin"])
        } throws: { error in
            (error as? FetchError)?.kind == .noMatchingFiles
                && "\(error)".contains("no files in 'org/model' at \(server.base) match '*.bin'")
        }
    }

    @Test(arguments: [("v1.0", "refs/v1.0"), ("refs/pr/1", "refs/refs/pr/1")])
    func otherRevisionsGetTheirOwnReference(revision: String, file: String) async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        let model = try await fetch(server, scratch, revision: revision, files: ["config.json", "onnx/*"])
        #expect(try model.nar == scratch.nar("staging"))
        let references = try scratch.tree("staging").filter { $0 == "refs/main" || $0 == file }
        #expect(references == ["refs/main", file].sorted())
        let paths = try await server.log().map(\.path)
        #expect(paths.first == "/api/models/org/model/revision/\(revision.replacingOccurrences(of: "/", with: "%2F"))")
    }

    @Test func aCommitNeedsNoLookUp() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        _ = try await fetch(server, scratch, revision: Self.commit, files: ["config.json"])
        #expect(try await server.log().allSatisfy { !$0.path.contains("/revision/") })
        #expect(try scratch.tree("staging").filter { $0.hasPrefix("refs/") } == ["refs/main"])
    }

    @Test func theTokenStaysWithTheHub() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        _ = try await fetch(server, scratch, repo: "org/private", variables: ["HF_TOKEN": " hf_good\n"])
        let requests = try await server.log()
        #expect(requests.contains { $0.port == server.otherPort })
        for request in requests {
            #expect(request.authorization == (request.port == server.port ? "Bearer hf_good" : nil), "\(request.path)")
        }
    }

    @Test func aRenamedRepositoryIsFollowedWithTheToken() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        _ = try await fetch(
            server, scratch, repo: "org/renamed", files: ["config.json"], variables: ["HF_TOKEN": "hf_good"])
        let followed = try await server.log().filter { $0.path.hasPrefix("/org/model/resolve/") }
        #expect(followed.map(\.authorization) == ["Bearer hf_good"])
    }

    @Test func theModelsOwnTokenComesFirst() async throws {
        let scratch = try ScratchDirectory()
        try "hf_file\n".write(toFile: "\(scratch.path)/token", atomically: true, encoding: .utf8)
        let places: [(variables: [String: String], auth: String, token: String?)] = [
            (["MINE": "hf_mine", "HF_TOKEN": "hf_other"], "{\"tokenEnvVar\":\"MINE\"}", "hf_mine"),
            (["HF_TOKEN": "hf_other"], "{\"tokenFile\":\"~/token\"}", "hf_file"),
            (["HUGGING_FACE_HUB_TOKEN": "hf_old"], "{}", "hf_old"),
            (["HF_TOKEN_PATH": "$HOME/token"], "{}", "hf_file"),
            (["HF_TOKEN": "", "HF_HOME": scratch.path], "{}", "hf_file"),
            (["HF_TOKEN": "hf_other", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"], "{}", nil),
            (["HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"], "{}", nil),
        ]
        for place in places {
            let server = try FaultServer()
            _ = try await fetch(
                server, try ScratchDirectory(), files: ["config.json"],
                variables: place.variables.merging(["HOME": scratch.path]) { $1 }, auth: place.auth)
            #expect(try await server.log().first?.authorization == place.token.map { "Bearer \($0)" })
        }
    }

    @Test(arguments: [
        ("org/missing", nil, FetchError.Kind.notFound, "does not exist at ", "no token was sent"),
        ("org/private", nil, .notFound, "or it is private or gated (no token was sent)", "set HF_TOKEN"),
        ("org/private", "hf_bad", .notFound, "the token from the variable HF_TOKEN was sent", "may read it"),
        ("org/gated", nil, .unauthorized, "is gated and no token was sent (request req-1)", "accept the terms"),
        (
            "org/gated", "hf_bad", .unauthorized, "is gated and the account of the token",
            "/org/gated and accept the terms"
        ),
        ("org/disabled", nil, .notFound, "is disabled", "Access to this resource is disabled."),
        (
            "org/model", "hf_expired", .unauthorized, "does not accept the token from the variable HF_TOKEN",
            "settings/tokens"
        ),
    ])
    func closedRepositoriesAreExplained(
        repo: String, token: String?, kind: FetchError.Kind, first: String, second: String
    ) async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        await #expect {
            _ = try await fetch(server, scratch, repo: repo, variables: token.map { ["HF_TOKEN": $0] } ?? [:])
        } throws: { error in
            let text = "\(error)"
            return (error as? FetchError)?.kind == kind && text.contains(first) && text.contains(second)
                && !text.contains(token ?? "hf_")
        }
        // Asked once: trying again cannot help.
        #expect(try await server.log().count == 1)
    }

    @Test func aMissingRevisionIsNamed() async throws {
        let server = try FaultServer()
        await #expect {
            _ = try await fetch(server, try ScratchDirectory(), revision: "v9")
        } throws: { error in
            "\(error)".contains("repository 'org/model' at \(server.base) has no revision 'v9'")
        }
    }

    @Test func wrongBytesAreRefused() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        await #expect {
            _ = try await fetch(server, scratch, repo: "org/corrupt", files: ["config.json"])
        } throws: { error in
            (error as? FetchError)?.kind == .verification && "\(error)".contains("does not have the expected hash")
        }
        #expect(try scratch.tree("partials") == [])
    }

    @Test func namesThatLeaveTheTreeAreRefused() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        await #expect {
            _ = try await fetch(server, scratch, repo: "org/evil")
        } throws: { error in
            "\(error)".contains("names a file '../../escape', which is refused: it has a component of dots")
        }
    }

    @Test func pagesAtTheDefaultHostAreAskedAtTheEndpoint() async throws {
        let server = try FaultServer()
        let model = try await fetch(server, try ScratchDirectory(), repo: "org/mirrored")
        #expect(model.files == 8)
    }
}
