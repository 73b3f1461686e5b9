import NixFetch
import Testing

@testable import NixliteCLI

@Suite struct ModelAddressTests {
    private func source(_ text: String, _ variables: [String: String] = [:], files: [String] = []) throws -> String {
        var options = ModelAddress.Options()
        options.files = files
        options.environment = FetchEnvironment(variables: variables)
        let address = try ModelAddress(text, options)
        let words = NixLiteral.attributes(address.members).source().split { $0 == "\n" || $0 == " " }
        return "\(address.name) \(address.kind) \(words.joined(separator: " "))"
    }

    @Test(arguments: [
        ("hf:Qwen/Qwen2.5-0.5B", #"qwen2-5-0-5b huggingface { repo = "Qwen/Qwen2.5-0.5B"; revision = "main"; }"#),
        ("hf:o/m@refs/pr/1", #"m huggingface { repo = "o/m"; revision = "refs/pr/1"; }"#),
        ("hf:datasets/o/d", #"d huggingface { repo = "o/d"; repoType = "dataset"; revision = "main"; }"#),
        ("s3://b/models/x?region=eu-1", #"x s3 { bucket = "b"; prefix = "models/x"; region = "eu-1"; }"#),
        (
            "git+lfs:https://h/o/r.git?rev=abc&dir=a%2Fb",
            #"r git-lfs { url = "https://h/o/r.git"; rev = "abc"; subdir = "a/b"; }"#
        ),
        ("ollama:me/llama3:70b", #"llama3 ollama { model = "me/llama3:70b"; }"#),
        (
            "mlflow:bert/3?uri=http://h:5000",
            #"bert mlflow { trackingUri = "http://h:5000"; modelName = "bert"; modelVersion = "3"; }"#
        ),
        (
            "mlflow:bert@champion?uri=databricks",
            #"bert mlflow { trackingUri = "databricks"; modelName = "bert"; modelAlias = "champion"; }"#
        ),
        ("https://h/a/w.bin?x=1", #"w-bin url { urls = [ "https://h/a/w.bin?x=1" ]; }"#),
    ])
    func addressesAreSources(text: String, expected: String) throws {
        #expect(try source(text) == expected)
    }

    @Test func theEnvironmentFillsIn() throws {
        #expect(
            try source("mlflow:m/Production", ["MLFLOW_TRACKING_URI": "http://h"])
                == #"m mlflow { trackingUri = "http://h"; modelName = "m"; modelStage = "Production"; }"#)
        #expect(try source("s3://b", ["AWS_REGION": "r-1"]) == #"b s3 { bucket = "b"; prefix = ""; region = "r-1"; }"#)
        #expect(
            try source("hf:o/m", files: ["*.json"])
                == #"m huggingface { repo = "o/m"; revision = "main"; files = [ "*.json" ]; }"#)
    }

    @Test(arguments: ["bert", "hf:bert", "hf:a/b/c", "hf:o/m@", "mlflow:m", "s3:", "ollama:", "ftp://h/x"])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(throws: CommandFailure.self) { _ = try ModelAddress(text) }
    }

    @Test(arguments: [
        ("a\"b\\c", #""a\"b\\c""#), ("${x}", #""\${x}""#), ("$$x", #""$$x""#), ("a\nb\t", #""a\nb\t""#), ("é", #""é""#),
    ])
    func stringsAreQuotedAsNixReadsThem(text: String, expected: String) {
        #expect(NixLiteral.quoted(text) == expected)
    }

    @Test(arguments: [("bert", "bert"), ("7b", "\"7b\""), ("a.b", "\"a.b\""), ("let", "\"let\""), ("_x'-", "_x'-")])
    func namesAreQuotedWhereTheyMust(text: String, expected: String) {
        #expect(NixLiteral.name(text) == expected)
    }
}
