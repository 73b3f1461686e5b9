import Foundation
import NixFormats
import Testing

@testable import NixFetch

/// The S3 source against moto's server, which checks signatures only as far as it needs to know the account; the
/// signature itself is compared with AWS's example in `S3SignerTests`.
@Suite struct S3Tests {
    /// One server for all tests: it starts slowly and is only read from.
    private static let shared = Result { try S3Server() }

    private let server: S3Server
    private let scratch: ScratchDirectory

    init() throws {
        server = try Self.shared.get()
        scratch = try ScratchDirectory()
    }

    private func fetch(
        prefix: String, files: [String]? = nil, bucket: String = "models.dot",
        variables: [String: String] = S3Server.keys,
        options change: (inout DownloaderOptions) -> Void = { _ in }
    ) async throws -> FetchedModel {
        var options = DownloaderOptions()
        options.retry.baseDelay = 0.01
        change(&options)
        let environment = FetchEnvironment(variables: variables, homeDirectory: scratch.path)
        let fetcher = ModelFetcher(
            downloader: Downloader(options: options, environment: environment), environment: environment)
        let location = ModelSource.S3Location(
            bucket: bucket, prefix: prefix, region: "us-east-1", endpoint: server.base, files: files)
        return try await fetcher.fetch(
            ModelRequest(source: .s3(location)), into: try scratch.make("staging"), partials: "\(scratch.path)/partials"
        )
    }

    @Test func aPrefixIsADirectory() async throws {
        let model = try await fetch(prefix: "llama")
        #expect(model.files == 4)
        #expect(try model.nar == scratch.nar("staging"))
        #expect(
            try scratch.tree("staging") == [
                "a file+1 é.txt", "config.json", "sub", "sub/deep", "sub/deep/w.bin", "x#?%.txt",
            ])
        #expect(try scratch.read("staging/sub/deep/w.bin").count == 300_000)
        #expect(try scratch.read("staging/a file+1 é.txt") == Array("plus".utf8))
    }

    @Test func listsPageByPage() async throws {
        let model = try await fetch(prefix: "many/")
        #expect(model.files == 1005)
        #expect(try scratch.read("staging/1004.txt") == Array("1004".utf8))
    }

    @Test func anExactKeyIsAFile() async throws {
        _ = try await fetch(prefix: "llama/config.json")
        #expect(try scratch.tree("staging") == ["config.json"])
    }

    @Test func patternsSelect() async throws {
        _ = try await fetch(prefix: "llama/", files: ["*.bin"])
        #expect(try scratch.tree("staging") == ["sub", "sub/deep", "sub/deep/w.bin"])
        await #expect {
            _ = try await fetch(prefix: "llama/", files: ["*.gguf"])
        } throws: { ($0 as? FetchError)?.kind == .noMatchingFiles }
    }

    @Test func largeObjectsComeInRanges() async throws {
        let model = try await fetch(prefix: "llama/sub/") { options in
            options.rangeThreshold = 100_000
            options.rangeSize = 40_000
        }
        #expect(model.bytes == 300_000)
        #expect(
            Digester.sha256(try scratch.read("staging/deep/w.bin"))
                == Digester.sha256([UInt8](repeating: 7, count: 300_000)))
    }

    @Test func aMissingBucketIsNamed() async throws {
        await #expect {
            _ = try await fetch(prefix: "x", bucket: "nowhere")
        } throws: { error in
            (error as? FetchError)?.kind == .notFound
                && "\(error)".contains("bucket 'nowhere' does not exist (NoSuchBucket: ")
        }
        await #expect {
            _ = try await fetch(prefix: "llama-3")
        } throws: { "\($0)".contains("bucket 'models.dot' has no objects below 'llama-3'") }
    }

    @Test func withoutKeysRequestsAreUnsigned() async throws {
        // moto takes unsigned requests for a public bucket.
        #expect(try await fetch(prefix: "llama", variables: [:]).files == 4)
    }
}

/// moto's server with a bucket of objects; ends with the object.
final class S3Server: Sendable {
    static let keys = ["AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "secret"]
    let base: String
    private let process: ServerProcess

    private static let program = """
        import sys, threading, urllib.request, urllib.parse
        from moto.server import ThreadedMotoServer
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        base = f"http://{host}:{port}"
        def put(path, data=b""):
            url = base + "/models.dot" + urllib.parse.quote(path)
            headers = {"x-amz-acl": "public-read", "Content-Type": "application/octet-stream", "Authorization": "AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=0"}
            urllib.request.urlopen(urllib.request.Request(url, data=data, method="PUT", headers=headers)).read()
        put("")
        put("/llama/")
        put("/llama/config.json", b"{}")
        put("/llama/a file+1 é.txt", b"plus")
        put("/llama/x#?%.txt", b"odd")
        put("/llama/sub/deep/w.bin", b"\\x07" * 300000)
        put("/llama-2/config.json", b"other")
        for number in range(1005):
            put(f"/many/{number}.txt", str(number).encode())
        print(port, flush=True)
        sys.stdin.read()
        import os
        os._exit(0)
        """

    init() throws {
        process = try ServerProcess(["-W", "ignore", "-c", Self.program], isQuiet: true)
        base = "http://127.0.0.1:\(try #require(Int(process.greeting)))"
    }
}
