import Testing

@testable import NixFetch

@Suite struct OllamaNameTests {
    @Test(arguments: [
        ("llama3", "registry.ollama.ai/library/llama3/latest", "llama3:latest"),
        ("llama3:70b", "registry.ollama.ai/library/llama3/70b", "llama3:70b"),
        ("me/model:q4_K_M", "registry.ollama.ai/me/model/q4_K_M", "me/model:q4_K_M"),
        (
            "hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF", "hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF/latest",
            "hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:latest"
        ),
        ("http://localhost:5000/a/b", "localhost:5000/a/b/latest", "localhost:5000/a/b:latest"),
    ])
    func namesAreCompleted(text: String, path: String, shown: String) throws {
        let name = try OllamaName(ModelSource.OllamaModel(model: text))
        #expect(name.path == path)
        #expect(name.shown == shown)
        #expect(name.scheme == (text.hasPrefix("http://") ? "http" : "https"))
    }

    @Test(arguments: [
        ("", "its model '' is malformed"), ("a//b", "its namespace '' is malformed"), ("a/b/c/d", "it has 4 parts"),
        ("../b", "its namespace '..' is malformed"), ("a:b/c", "its namespace 'a:b' is malformed"),
        ("ftp://h/a/b", "its scheme is not http"), ("m:", "its tag '' is malformed"),
        ("m@sha256:12", "its digest is malformed"),
        ("h@x/a/b", "its digest is malformed"),
    ])
    func badNamesAreRefused(text: String, reason: String) {
        #expect {
            _ = try OllamaName(ModelSource.OllamaModel(model: text))
        } throws: { ($0 as? FetchError)?.message.hasSuffix(": \(reason)") == true }
    }

    @Test func challengesAreRead() throws {
        let challenge = try #require(
            BearerChallenge(
                #"Bearer realm="https://ollama.com/token",service="ollama.com",scope="repository:a/b:pull,push""#))
        #expect(challenge.realm == "https://ollama.com/token")
        #expect(challenge.parameters.map(\.name) == ["service", "scope"])
        #expect(challenge.parameters.map(\.value) == ["ollama.com", "repository:a/b:pull,push"])
        #expect(BearerChallenge("Basic realm=x") == nil)
        #expect(BearerChallenge("Bearer realm") == nil)
    }
}
