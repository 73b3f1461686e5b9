import Testing

@testable import NixFetch

@Suite struct ModelRequestTests {
    private func request(_ source: String, auth: String = "", network: String = "") throws -> ModelRequest {
        try ModelRequest(source: Array(source.utf8), auth: Array(auth.utf8), network: Array(network.utf8))
    }

    @Test func decodesEverySource() throws {
        #expect(
            try request(#"{"type":"huggingface","repo":"o/m","revision":null,"files":["*.json *.txt","a"]}"#).source
                == .huggingface(ModelSource.HubRepository(repo: "o/m", files: ["*.json", "*.txt", "a"])))
        #expect(
            try request(#"{"type":"url","urls":["http://a/b",{"url":"http://c/d","filename":"e"}],"extract":true}"#)
                .source
                == .url([.init(url: "http://a/b"), .init(url: "http://c/d", filename: "e")], extract: true))
        #expect(
            try request(#"{"type":"url","url":"http://a/b"}"#).source
                == .url([.init(url: "http://a/b")], extract: false))
        #expect(
            try request(#"{"type":"s3","bucket":"b","prefix":"p","region":"r"}"#).source
                == .s3(.init(bucket: "b", prefix: "p", region: "r")))
        #expect(
            try request(#"{"type":"mlflow","trackingUri":"http://h","modelName":"m","modelVersion":3}"#).source
                == .mlflow(.init(trackingURI: "http://h", name: "m", version: .number("3"))))
        #expect(
            try request(#"{"type":"mlflow","trackingUri":"http://h","modelName":"m","modelAlias":"a"}"#).source
                == .mlflow(.init(trackingURI: "http://h", name: "m", version: .alias("a"))))
        #expect(
            try request(#"{"type":"ollama","model":"m","tag":"7b"}"#).source
                == .ollama(.init(model: "m", tag: "7b")))
        #expect(try request(#"{"type":"mock"}"#).source == .mock(.init()))
    }

    @Test func decodesAuthAndNetwork() throws {
        let decoded = try request(
            #"{"type":"mock"}"#, auth: #"{"tokenEnvVar":"T","tokenFile":null,"awsProfile":"p","unknown":1}"#,
            network:
                #"{"timeout":{"connect":30,"read":1.5},"retry":{"maxAttempts":3,"baseDelay":2},"bandwidth":{"limit":"10M"},"proxy":"http://p"}"#
        )
        #expect(decoded.credentials.tokenEnvVar == "T" && decoded.credentials.awsProfile == "p")
        #expect(decoded.network.connectTimeout == 30 && decoded.network.readTimeout == 1.5)
        #expect(decoded.network.maxAttempts == 3 && decoded.network.baseDelay == 2)
        #expect(decoded.network.bytesPerSecond == 10 << 20 && decoded.network.proxies.https == "http://p")
        let none = try request(
            #"{"type":"mock"}"#, network: #"{"bandwidth":{"limit":null},"proxy":{"http":"h","noProxy":"x"}}"#)
        #expect(none.network.bytesPerSecond == nil && none.network.proxies.http == "h")
        #expect(none.network.proxies.noProxy == "x")
    }

    @Test func decodesEveryDocumentedKeyOfNetwork() throws {
        let network = try request(
            #"{"type":"mock"}"#,
            network: """
                {"timeouts":{"connect":3,"read":300,"total":0,"totalPerGB":600,"stallTimeout":120,"stallMinSpeed":"10K"},
                "retry":{"maxDelay":9,"jitter":0.25,"retryOn":["dns_failure","http_5xx"],"noRetryOn":["http_501"]},
                "bandwidth":{"limit":"50M","perConnectionLimit":"10M","burstSize":"100M"},
                "proxy":{"https":"http://p:1","noProxy":["a","b"],"useEnvironment":false,
                "auth":{"usernameEnvVar":"U","passwordEnvVar":"P"}},
                "tls":{"caBundle":"~/ca.pem","insecure":false,"minVersion":"1.3"}}
                """
        ).network
        #expect(network.connectTimeout == 3 && network.readTimeout == 120 && network.stallBytesPerSecond == 10 << 10)
        #expect(network.deadline(bytes: 2 << 30) == 1200 && network.deadline(bytes: nil) == nil)
        #expect(network.maxDelay == 9 && network.jitter == 0.25)
        #expect(network.retryOn == [.nameLookup, .statuses(500...599)] && network.noRetryOn == [.statuses(501...501)])
        #expect(network.bytesPerSecond == 50 << 20 && network.bytesPerSecondAndConnection == 10 << 20)
        #expect(network.burst == 100 << 20)
        #expect(network.proxies.https == "http://p:1" && network.proxies.noProxy == "a,b")
        #expect(!network.proxies.usesEnvironment && network.proxies.usernameEnvVar == "U")
        #expect(network.certificateFile == "~/ca.pem" && network.minimumTLS == .version13)
        let socks = try request(
            #"{"type":"mock"}"#, network: #"{"proxy":{"socks":{"enable":true,"url":"socks5://h:1080"}}}"#)
        #expect(socks.network.proxies.http == "socks5h://h:1080")
    }

    @Test func retryRulesDecide() throws {
        let network = try request(
            #"{"type":"mock"}"#,
            network: #"{"retry":{"retryOn":["http_404","connection_reset"],"noRetryOn":["hash_mismatch"]}}"#
        ).network
        let policy = RetryPolicy().adapted(to: network)
        func permits(_ code: TransferError.Code) -> Bool {
            policy.permits(TransferError(code: code, url: "", reason: ""))
        }
        #expect(permits(.status(404)) && permits(.curl(56)) && permits(.tooShort))
        #expect(!permits(.status(503)) && !permits(.curl(6)) && !permits(.cancelled))
        #expect(!policy.retriesWrongContent && RetryPolicy().retriesWrongContent)
    }

    @Test(arguments: [
        ("[]", "source must be a set, not a list"),
        ("{", "source is not valid JSON: unexpected end of JSON"),
        (#"{"repo":"o/m"}"#, "source.type is required"),
        (#"{"type":"huggingface"}"#, "source.repo is required"),
        (#"{"type":"huggingface","repo":7}"#, "source.repo must be a string, not a number"),
        (#"{"type":"huggingface","repo":"a/b/c"}"#, "repository 'a/b/c' must be in 'org/model' format"),
        (#"{"type":"huggingface","repo":"../m"}"#, "repository '../m' must be in 'org/model' format"),
        (
            #"{"type":"huggingface","repo":"o/m","revision":"a/../b"}"#,
            "revision 'a/../b' is refused: it has a component of dots"
        ),
        (#"{"type":"huggingface","repo":"o/m","files":"*"}"#, "source.files must be a list, not a string"),
        (#"{"type":"url","urls":[]}"#, "source.urls must be a non-empty list"),
        (#"{"type":"url","urls":[{"sha256":"x"}]}"#, "source.urls[0].url is required"),
        (#"{"type":"s3","prefix":"p"}"#, "source.bucket is required"),
        (#"{"type":"git-lfs","url":"x"}"#, "source.rev is required"),
        (
            #"{"type":"huggingface","repo":"o/m","repoType":"paper"}"#,
            "source.repoType must be 'model', 'dataset' or 'space', not 'paper'"
        ),
        (#"{"type":"mlflow","trackingUri":"http://h"}"#, "source.modelName is required"),
        (
            #"{"type":"mlflow","trackingUri":"http://h","modelName":"m","modelVersion":"champion"}"#,
            "source.modelVersion 'champion' is not a number\n\nhint: an alias goes into 'modelAlias', a stage into 'modelStage'"
        ),
        (#"{"type":"ollama","tag":"x"}"#, "source.model is required"),
        (#"{"type":"ftp\u001b"}"#, "unknown source type 'ftp?'"),
    ])
    func badSourcesAreNamed(source: String, words: String) {
        #expect { _ = try request(source) } throws: { "\($0)" == words }
    }

    @Test(arguments: [
        (#"{"timeout":{"read":-1}}"#, "network.timeout.read must lie between 0 and 86400 seconds"),
        (#"{"timeout":30}"#, "network.timeout must be a set, not a number"),
        (#"{"retry":{"maxAttempts":0}}"#, "network.retry.maxAttempts must lie between 1 and 1000"),
        (#"{"bandwidth":{"limit":"fast"}}"#, "network.bandwidth.limit: 'fast' is not a number of bytes"),
        (#"{"tls":{"minVersion":"1.0"}}"#, "network.tls.minVersion must be \"1.2\" or \"1.3\", not '1.0'"),
    ])
    func badNetworksAreNamed(network: String, words: String) {
        #expect { _ = try request(#"{"type":"mock"}"#, network: network) } throws: { "\($0)" == words }
    }

    @Test(arguments: [
        (#"{"tls":{"insecure":true}}"#, "network.tls.insecure is refused: certificates are always verified"),
        (#"{"retry":{"retryOn":["rain"]}}"#, "network.retry.retryOn: unknown failure 'rain'"),
        (
            #"{"proxy":{"auth":{"password":"x"}}}"#,
            "network.proxy.auth holds credentials, which everyone can read in the Nix store"
        ),
    ])
    func refusedNetworksSayWhatToDo(network: String, words: String) {
        #expect {
            _ = try request(#"{"type":"mock"}"#, network: network)
        } throws: { error in
            (error as? FetchError)?.message == words && (error as? FetchError)?.hint != nil
        }
    }
}
