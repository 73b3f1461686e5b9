import NixFormats
import Testing

@Suite struct NamesTests {
    /// Versions, and for each of them what `builtins.compareVersions` of Nix 2.34.8 says about it and every other.
    static let versions: [ByteString] = [
        "", "1", "1.0", "1.0.0", "2.3", "2.3a", "2.3.1", "2.3pre1", "2.3pre3", "2.3pre12", "2.3c", "2.3q", "2.5",
        "3.0pre", "3.0", "3.0-rc1", "007", "7", "99999999999", "2147483647", "2147483648", "a", "ab", "pre", "1..2",
        "1-.2", "--", "x1y2", "é",
    ]
    static let orders = """
        =<<<<<<<<<<<<<<<<<<<<<<><<=<<
        >=<<<<<<<<<<<<<<<<><>>>><<>>>
        >>=<<<<<<<<<<<<<<<><>>>><<>>>
        >>>=<<<<<<<<<<<<<<><>>>><<>>>
        >>>>=<<>>><<<<<<<<><>>>>>>>>>
        >>>>>=<>>><<<<<<<<><>>>>>>>>>
        >>>>>>=>>>>><<<<<<><>>>>>>>>>
        >>>><<<=<<<<<<<<<<><>>>>>>>>>
        >>>><<<>=<<<<<<<<<><>>>>>>>>>
        >>>><<<>>=<<<<<<<<><>>>>>>>>>
        >>>>>><>>>=<<<<<<<><>>>>>>>>>
        >>>>>><>>>>=<<<<<<><>>>>>>>>>
        >>>>>>>>>>>>=<<<<<><>>>>>>>>>
        >>>>>>>>>>>>>=<<<<><>>>>>>>>>
        >>>>>>>>>>>>>>=<<<><>>>>>>>>>
        >>>>>>>>>>>>>>>=<<><>>>>>>>>>
        >>>>>>>>>>>>>>>>==><>>>>>>>>>
        >>>>>>>>>>>>>>>>==><>>>>>>>>>
        ><<<<<<<<<<<<<<<<<=<><<><<><<
        >>>>>>>>>>>>>>>>>>>=>>>>>>>>>
        ><<<<<<<<<<<<<<<<<<<=<<><<><<
        ><<<<<<<<<<<<<<<<<><>=<><<><<
        ><<<<<<<<<<<<<<<<<><>>=><<><<
        <<<<<<<<<<<<<<<<<<<<<<<=<<<<<
        >>>><<<<<<<<<<<<<<><>>>>==>>>
        >>>><<<<<<<<<<<<<<><>>>>==>>>
        =<<<<<<<<<<<<<<<<<<<<<<><<=<<
        ><<<<<<<<<<<<<<<<<><>>>><<>=<
        ><<<<<<<<<<<<<<<<<><>>>><<>>=
        """.split(separator: "\n").map(String.init)

    @Test(arguments: zip(versions, orders)) func comparesVersions(version: ByteString, row: String) {
        #expect(row.count == Self.versions.count)
        let symbols: [Int: Character] = [-1: "<", 0: "=", 1: ">"]
        let found = Self.versions.map { symbols[VersionComparison.compare(version, $0)] ?? "?" }
        #expect(String(found) == row)
    }

    static let components: [(ByteString, [ByteString])] = [
        ("", []), ("1.2.3", ["1", "2", "3"]), ("1..2", ["1", "2"]), ("2.3pre1-rc", ["2", "3", "pre", "1", "rc"]),
        ("--", []), ("x1y2", ["x", "1", "y", "2"]), ("-1-", ["1"]), ("007", ["007"]),
    ]

    @Test(arguments: components) func splitsVersions(version: ByteString, expected: [ByteString]) {
        #expect(VersionComparison.split(version) == expected)
    }

    static let names: [(ByteString, ByteString, ByteString)] = [
        ("", "", ""), ("hello", "hello", ""), ("hello-2.12", "hello", "2.12"),
        ("apache-httpd-2.0.48", "apache-httpd", "2.0.48"), ("a-", "a-", ""), ("a--1", "a", "-1"), ("-", "-", ""),
        ("-1", "", "1"), ("a-b-c", "a-b-c", ""), ("a-é", "a", "é"), ("x-1-2", "x", "1-2"), ("a-.b", "a", ".b"),
    ]

    @Test(arguments: names) func splitsNameAndVersion(text: ByteString, name: ByteString, version: ByteString) {
        let parsed = PackageName(parsing: text)
        #expect(parsed.name == name)
        #expect(parsed.version == version)
    }
}
