import NixFormats
import Testing

@testable import NixFetch

@Suite struct GitTests {
    @Test(
        arguments: [
            ("https://host/org/m", "https://host/org/m.git/info/lfs"),
            ("https://host/org/m.git/", "https://host/org/m.git/info/lfs"),
            ("https://user:secret@host:8443/m.git", "https://host:8443/m.git/info/lfs"),
            ("git+https://host/m", "https://host/m.git/info/lfs"),
            ("xet://host/org/m", "https://host/org/m.git/info/lfs"),
            ("git@host:org/m.git", "https://host/org/m.git/info/lfs"),
            ("ssh://git@host:2222/org/m.git", "https://host/org/m.git/info/lfs"),
            ("git://host/org/m", "https://host/org/m.git/info/lfs"),
        ]
    )
    func lfsServersOfRemotes(_ address: String, _ endpoint: String) throws {
        let remote = try GitRemote(address)
        #expect(remote.lfsEndpoint == endpoint)
        #expect(!remote.text.contains("secret"))
    }

    @Test func secureShellAddresses() throws {
        func address(_ text: String) throws -> GitRemote.SecureShellAddress? {
            guard case .secureShell(let address) = try GitRemote(text).kind else { return nil }
            return address
        }
        #expect(
            try address("git@host:org/m.git")
                == GitRemote.SecureShellAddress(destination: "git@host", host: "host", port: nil, path: "org/m.git"))
        #expect(
            try address("ssh://me@host:2222/~/m")
                == GitRemote.SecureShellAddress(destination: "me@host", host: "host", port: "2222", path: "/~/m"))
        #expect(try address("ssh://[::1]:22/m")?.host == "::1")
    }

    @Test(
        arguments: [
            "", "-oProxyCommand=x", "ssh://-oProxyCommand=x/m", "-x@host:m", "host:-m", "ext::sh -c id", "ftp://host/m",
            "relative/folder", "ssh://host", "https://host/a b", "ssh://host:99999/m", "git@ho;st:m",
        ]
    )
    func refusedAddresses(_ text: String) {
        #expect(throws: FetchError.self) { _ = try GitRemote(text) }
    }

    @Test func revisions() throws {
        for name in ["main", "feature/x", "v1.0", "refs/pull/1/head", "HEAD"] { try GitRevision.check(name) }
        for name in ["", "-x", "a..b", "a b", "a:b", "a^", "a~1", "a/", "/a", "a/.b", "x.lock", "@{1}", "abc123..."] {
            #expect(throws: FetchError.self) { try GitRevision.check(name) }
        }
    }

    @Test func wordsHideLogins() {
        #expect(
            GitWords.reason("Cloning...\nfatal: unable to access 'https://u:p@host/x': HTTP 500\n")
                == "Cloning...; unable to access 'https://host/x': HTTP 500")
        #expect(GitWords.redacted("ssh://git@host/x?a@b") == "ssh://host/x?a@b")
    }

    private static let digest = String(repeating: "0a", count: 32)

    private func pointer(_ text: String) -> LFSPointer? { LFSPointer(parsing: Array(text.utf8)) }

    @Test func pointers() {
        let head = "version https://git-lfs.github.com/spec/v1\n"
        let oid = "oid sha256:\(Self.digest)\n"
        let plain = pointer("\(head)\(oid)size 12345\n")
        #expect(plain?.size == 12345)
        #expect(plain?.identifier == Self.digest)
        let extended = pointer("\(head)ext-0-foo sha256:\(Self.digest)\n\(oid)size 12345\n")
        #expect(extended?.extensions == ["foo"] && extended?.identifier == Self.digest && plain?.extensions == [])
        #expect(pointer("\(head)\(oid)size 12345") == plain)
        for wrong in [
            "", "\(oid)size 1\n", "\(head)size 1\n", "\(head)\(oid)", "\(head)oid sha1:00\nsize 1\n",
            "\(head)\(oid)size -1\n", "\(head)\(oid)size 99999999999999999999\n", "\(head)\(oid)\(oid)size 1\n",
            "\(head)\(oid)size 1\nother 2\n", "version https://example.com/v9\n\(oid)size 1\n",
            head + oid + "size 1\n" + String(repeating: " ", count: 1024),
        ] {
            #expect(pointer(wrong) == nil)
        }
    }

    @Test func malformedListingsAreRefused() {
        #expect(GitTree.entries(Array("100644 blob 00 x\ta\0".utf8)) == nil)
        #expect(GitTree.entries(Array("777777 blob 00 1\ta\0".utf8)) == nil)
        #expect(GitTree.entries(Array("100644 blob 00 1\0".utf8)) == nil)
        #expect(GitTree.objects(Array("00 blob 100\nshort\n".utf8)) == nil)
        #expect(GitTree.objects(Array("00 missing\n".utf8)) == nil)
        #expect(GitTree.objects(Array("00 blob 2\na\n\n00 blob 0\n\n".utf8)) == [Array("a\n".utf8), []])
    }
}
