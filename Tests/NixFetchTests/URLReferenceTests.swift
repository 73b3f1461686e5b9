import Testing

@testable import NixFetch

@Suite struct URLReferenceTests {
    @Test func splitsAndNormalises() throws {
        let url = try URLReference("HTTPS://u%3A:p%40@Example.ORG:8443/a%20b/é?x=1&y#f")
        #expect(url.scheme == "https" && url.host == "example.org" && url.port == 8443)
        #expect(url.path == "/a%20b/%C3%A9" && url.query == "x=1&y")
        #expect(url.userInformation == .init(user: "u:", password: "p@"))
        #expect(url.text == "https://example.org:8443/a%20b/%C3%A9?x=1&y")
        #expect(url.redacted == "https://example.org:8443/a%20b/%C3%A9?x=…&y")
        #expect(url.lastPathSegment == "é")
        #expect(try URLReference("http://a").text == "http://a/")
        #expect(try URLReference("http://a:80").origin == URLReference("http://a/x").origin)
        #expect(try URLReference("http://a").origin != URLReference("https://a").origin)
        #expect(try URLReference("file:///a%20b").filePath == "/a b")
    }

    @Test(arguments: [
        "ftp://a/b", "http:/a", "http://", "http://a b/", "http://a\r\nb/", "http://a\\b/", "http://a%2Fb/",
        "http://a:99999/", "http://a:x/", "http://u%0a:p@a/", "a/b", "javascript:alert(1)", "http://é/",
        "file://host/a",
    ])
    func refuses(text: String) {
        #expect(throws: URLReference.ParseError.self) { _ = try URLReference(text) }
    }

    /// RFC 3986, section 5.4, as far as it concerns hierarchical references.
    @Test(arguments: [
        ("g", "/b/c/g"), ("./g", "/b/c/g"), ("g/", "/b/c/g/"), ("/g", "/g"), ("?y", "/b/c/d;p?y"), ("g?y", "/b/c/g?y"),
        ("", "/b/c/d;p?q"), (".", "/b/c/"), ("./", "/b/c/"), ("..", "/b/"), ("../g", "/b/g"), ("../..", "/"),
        ("../../../g", "/g"), ("/./g", "/g"), ("/../g", "/g"), ("g.", "/b/c/g."), ("./../g", "/b/g"),
        ("g;x=1/../y", "/b/c/y"), ("g?y/../x", "/b/c/g?y/../x"), ("//a/g", "/g"), ("http://a/x", "/x"),
    ])
    func resolves(reference: String, target: String) throws {
        let base = try URLReference("http://a/b/c/d;p?q")
        #expect(try base.resolving(reference).text == "http://a" + target)
    }
}

@Suite struct GlobPatternTests {
    @Test(arguments: [
        ("*", "a/b", true), ("*.json", "x/config.json", true), ("*.json", "config.jsonl", false),
        ("config.json", "x/config.json", false), ("?.txt", "a.txt", true), ("?.txt", "ab.txt", false),
        ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false), ("[^a-c]x", "dx", true), ("[]]", "]", true),
        ("[a", "[a", true),
        ("[[:digit:]]*", "1abc", true), ("[[:digit:]]*", "abc", false), ("\\*", "*", true), ("\\*", "a", false),
        ("{a,b}", "a", false), ("a*b*c", "aXbYbZc", true), ("a*b*c", "aXbYbZ", false), ("", "", true),
        ("**", "a/b", true),
        ("[z-a]", "m", false), ("model-0000?-of-*.safetensors", "model-00001-of-00002.safetensors", true),
    ])
    func matchesAsBash(pattern: String, path: String, expected: Bool) {
        #expect(GlobPattern(pattern).matches(path) == expected)
    }

    @Test func manyStarsStayFast() {
        let path = String(repeating: "a", count: 20_000)
        #expect(!GlobPattern(String(repeating: "*a", count: 40) + "b").matches(path))
    }
}
