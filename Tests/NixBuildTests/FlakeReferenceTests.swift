import Testing

@testable import NixBuild

/// Expectations are what `builtins.parseFlakeRef` of Nix 2.34 answers.
@Suite struct FlakeReferenceTests {
    @Test(arguments: [
        ("nixpkgs", FlakeReference.Kind.indirect, ["id": "nixpkgs"], ""),
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
        ("gitlab:a%2Fb/c", .gitlab, ["owner": "a/b", "repo": "c"], ""),
        ("sourcehut:~a/b", .sourcehut, ["owner": "~a", "repo": "b"], ""),
        ("git+https://x.org/r.git?ref=main&dir=q", .git, ["url": "https://x.org/r.git", "ref": "main"], "q"),
        ("git+ssh://git@h/r", .git, ["url": "ssh://git@h/r"], ""),
        ("git://h/r", .git, ["url": "git://h/r"], ""),
        ("hg+https://x.org/r", .mercurial, ["url": "https://x.org/r"], ""),
        ("https://x.org/a.tar.gz", .tarball, ["url": "https://x.org/a.tar.gz"], ""),
        ("https://x.org/a.zip?x=1&dir=d", .tarball, ["url": "https://x.org/a.zip?x=1"], "d"),
        ("https://x.org/file", .tarball, ["url": "https://x.org/file"], ""),
        ("file+https://x.org/a.nix", .file, ["url": "https://x.org/a.nix"], ""),
        ("/a/b", .path, ["path": "/a/b"], ""),
        ("path:./x?dir=a", .path, ["path": "/base/x"], "a"),
        ("./a/../b", .path, ["path": "/base/b"], ""),
    ])
    func parses(_ text: String, _ kind: FlakeReference.Kind, _ attributes: [String: String], _ folder: String) throws {
        let reference = try FlakeReference(parsing: text, relativeTo: "/base")
        #expect(reference == FlakeReference(kind: kind, attributes: attributes, directory: folder))
    }

    @Test(arguments: [
        "foo:bar", "github:a", "github:a/b/c..d", "github:a/b?ref=-x",
        "github:a/b?ref=x&rev=abcdefabcdefabcdefabcdefabcdefabcdefabcd", "git+ext::sh",
    ])
    func refuses(_ text: String) {
        #expect(throws: ProjectError.self) { try FlakeReference(parsing: text, relativeTo: "/base") }
    }

    @Test func fragmentIsDecoded() {
        let (reference, fragment) = FlakeReference.split(".#a%20b")
        #expect(reference == ".")
        #expect(fragment == "a b")
        #expect(FlakeReference.split("./x").fragment == nil)
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
