import Testing

@testable import NixBuild

@Suite struct DevenvFileTests {
    @Test func readsWhatDevenvDocuments() throws {
        let file = try DevenvFile(
            parsing: """
                inputs:
                  nixpkgs:
                    url: github:NixOS/nixpkgs/nixos-25.05
                  other:
                    url: path:./other
                    flake: false
                  tool:
                    url: github:a/b
                    inputs:
                      nixpkgs:
                        follows: nixpkgs
                imports:
                  - ./frontend
                  - tool/modules
                allowUnfree: true
                impure: true
                nixpkgs:
                  permitted_insecure_packages: ["openssl-1.1.1w"]
                nixlite:
                  inputs: locked
                clean:
                  enabled: true
                """, name: "devenv.yaml")
        #expect(file.inputs["nixpkgs"]?.url == "github:NixOS/nixpkgs/nixos-25.05")
        #expect(file.inputs["other"]?.isFlake == false)
        #expect(file.inputs["tool"]?.inputs["nixpkgs"]?.follows == "nixpkgs")
        #expect(file.imports == ["./frontend", "tool/modules"])
        #expect(file.allowUnfree && file.isImpure && file.usesLockedInputs)
        #expect(file.permittedInsecurePackages == ["openssl-1.1.1w"])
    }

    @Test(arguments: ["", "# nothing\n", "inputs:\n", "~\n"])
    func emptyFilesSayNothing(_ text: String) throws {
        #expect(try DevenvFile(parsing: text, name: "devenv.yaml") == DevenvFile())
    }

    @Test(arguments: [
        ("inputs: [a]\n", "'devenv.yaml': 'inputs' must be a mapping"),
        ("inputs: { a: { url: [x] } }\n", "'devenv.yaml': 'inputs.a.url' must be a string"),
        ("imports: x\n", "'devenv.yaml': 'imports' must be a list of strings"),
        ("allowUnfree: maybe\n", "'devenv.yaml': 'allowUnfree' must be true or false"),
        ("- a\n", "'devenv.yaml' must hold a mapping"),
    ])
    func namesTheMemberOfTheWrongType(_ text: String, _ message: String) {
        #expect(throws: ProjectError(message)) { try DevenvFile(parsing: text, name: "devenv.yaml") }
    }

    @Test func localFileWins() throws {
        let base = try DevenvFile(parsing: "inputs: { a: { url: x }, b: { url: y } }\n", name: "a")
        let local = try DevenvFile(parsing: "inputs: { a: { url: z } }\nallow_unfree: true\n", name: "b")
        let merged = base.merged(with: local)
        #expect(merged.inputs["a"]?.url == "z")
        #expect(merged.inputs["b"]?.url == "y")
        #expect(merged.allowUnfree)
    }
}
