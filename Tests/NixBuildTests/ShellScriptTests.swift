import NixFormats
import NixStore
import Testing

@testable import NixBuild

@Suite struct ShellScriptTests {
    private let names = StorePathTranslation(StoreLayout(chroot: "/r"))

    private func script(_ description: String, _ environment: [String: String] = ["HOME": "/home/u"]) throws
        -> ShellScript
    {
        let shell = DevShell(try JSONValue(parsing: ByteString(description)), folder: "/p")
        return ShellScript(shell, names, environment: environment, programs: "/p/.devenv/nixlite/bin")
    }

    @Test func pathsAreRealOnes() throws {
        let object = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-bert"
        let script = try script(
            """
            {"root":"/p","env":{"MODEL":"\(object)"},"enterShell":"cd \(object)",\
            "packages":[{"name":"x","path":"\(object)"},{"name":"y","path":null,"placeholder":"y"}]}
            """)
        #expect(
            String(decoding: script.text, as: UTF8.self) == """
                export MODEL='/r\(object)'
                export PATH='/p/.devenv/nixlite/bin:/r\(object)/bin'${PATH:+:$PATH}
                cd /r\(object)

                """)
    }

    @Test func theUsersTokenIsStillFound() throws {
        let model = """
            {"linkToHuggingFace":true,"huggingFaceHome":"/p/c","models":[{"view":"/nix/store/x","hubLink":"models--a--b"}]}
            """
        let plain = try script(model).variables
        #expect(plain["HF_HOME"] == "/p/c")
        #expect(plain["HF_HUB_CACHE"] == "/p/c/hub")
        #expect(plain["HF_TOKEN_PATH"] == "/home/u/.cache/huggingface/token")
        #expect(try script(model, ["HOME": "/u", "HF_HOME": "/h"]).variables["HF_TOKEN_PATH"] == "/h/token")
        // A shell inside of the shell: HF_HOME is our own by now.
        #expect(
            try script(model, ["HOME": "/u", "HF_HOME": "/p/c", "HF_TOKEN_PATH": "/t"]).variables["HF_TOKEN_PATH"]
                == "/t")
        #expect(try script("{}").variables["HF_HOME"] == nil)
    }

    @Test func valuesAreQuotedAndBadNamesLeftOut() throws {
        let text = try script(#"{"env":{"A":"it's $x","bad name":"x","1A":"x"},"unsetEnv":["B","C; rm"]}"#).text
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        #expect(lines.prefix(2) == ["unset B", #"export A='it'\''s $x'"#])
        #expect(lines.count == 3)
    }
}
