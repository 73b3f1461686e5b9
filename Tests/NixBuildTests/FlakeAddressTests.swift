import NixFormats
import Testing

@testable import NixBuild

/// Expectations are what `builtins.parseFlakeRef` of Nix 2.34 answers, with the folder that a command runs in.
@Suite struct FlakeAddressTests {
    private let address = FlakeAddress(base: "/base")

    @Test(arguments: [
        ("nixpkgs", InputScheme.indirect, ["id": "nixpkgs"], ""),
        ("nixpkgs/release-25.05", .indirect, ["id": "nixpkgs", "ref": "release-25.05"], ""),
        ("flake:nixpkgs", .indirect, ["id": "nixpkgs"], ""),
        (
            "github:NixOS/nixpkgs/nixos-unstable?dir=lib", .github,
            ["owner": "NixOS", "repo": "nixpkgs", "ref": "nixos-unstable"], "lib"
        ),
        (
            "github:a/b/abcdefabcdefabcdefabcdefabcdefabcdefabcd", .github,
            ["owner": "a", "repo": "b", "rev": "abcdefabcdefabcdefabcdefabcdefabcdefabcd"], ""
        ),
        ("sourcehut:~a/b", .sourcehut, ["owner": "~a", "repo": "b"], ""),
        ("git+https://x.org/r.git?ref=main&dir=q", .git, ["url": "https://x.org/r.git", "ref": "main"], "q"),
        ("git+ssh://git@h/r", .git, ["url": "ssh://git@h/r"], ""),
        ("git://h/r", .git, ["url": "git://h/r"], ""),
        ("hg+https://x.org/r", .mercurial, ["url": "https://x.org/r"], ""),
        ("https://x.org/a.tar.gz", .tarball, ["url": "https://x.org/a.tar.gz"], ""),
        ("https://x.org/file", .tarball, ["url": "https://x.org/file"], ""),
        ("file+https://x.org/a.nix", .file, ["url": "https://x.org/a.nix"], ""),
        ("path:./x?dir=a", .path, ["path": "/base/x"], "a"),
        ("path:/a/b", .path, ["path": "/a/b"], ""),
    ])
    func parses(_ text: String, _ scheme: InputScheme, _ attributes: [String: String], _ folder: String) throws {
        let reference = try address.reference(text, allowsMissing: true)
        #expect(reference.scheme == scheme)
        #expect(reference.directory == folder)
        for (name, value) in attributes { #expect(reference.attributes[name] == .string(value)) }
    }

    @Test(arguments: [
        "foo:bar", "github:a", "github:a/b/c..d", "github:a/b?ref=-x",
        "github:a/b?ref=x&rev=abcdefabcdefabcdefabcdefabcdefabcdefabcd", "git+ext::sh",
    ])
    func refuses(_ text: String) {
        #expect(throws: ProjectError.self) { try address.reference(text) }
    }

    @Test func fragmentIsDecoded() {
        let (reference, fragment) = FlakeAddress.split(".#a%20b")
        #expect(reference == ".")
        #expect(fragment == "a b")
        #expect(FlakeAddress.split("./x").fragment == nil)
    }

    @Test(arguments: [
        ("a.b", ["a", "b"]), ("a.\"b.c\".d", ["a", "b.c", "d"]), ("", []), ("x", ["x"]),
    ])
    func attributePaths(_ text: String, _ names: [String]) throws {
        #expect(try AttributePath(parsing: text).names == names)
    }

    @Test func openQuoteIsRefused() {
        #expect(throws: ProjectError("missing closing quote in selection path 'a.\"b'")) {
            try AttributePath(parsing: "a.\"b")
        }
    }
}
