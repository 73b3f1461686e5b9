import NixFormats
import Testing

@Suite struct ByteStringTests {
    @Test func comparesBytes() {
        let composed: ByteString = "é"
        let decomposed: ByteString = "e\u{301}"
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(decomposed < composed)
        #expect(ByteString("") < "a")
        #expect(ByteString("a") < "aa")
        #expect(ByteString("B") < "a")
        #expect(!(ByteString("a") < "a"))
        #expect(ByteString([127] as [UInt8]) < ByteString([128] as [UInt8]))
    }

    @Test func prefixesAndSuffixes() {
        let text: ByteString = "builtin:x.drv"
        #expect(text.hasPrefix("builtin:") && text.hasPrefix("") && !text.hasPrefix("b:"))
        #expect(text.hasSuffix(".drv") && text.hasSuffix("") && !text.hasSuffix("builtin:x.drv."))
        #expect(text.description == "builtin:x.drv")
        #expect(ByteString([0xFF] as [UInt8]).description == "\u{FFFD}")
    }
}

@Suite struct SortedCollectionTests {
    @Test func agreeWithTheStandardLibrary() {
        var random = RandomSource(seed: 9)
        var sorted = SortedMap<Int, Int>()
        var set = SortedSet<Int>()
        var dictionary: [Int: Int] = [:]
        for step in 0..<3000 {
            let key = Int.random(in: 0..<80, using: &random)
            if Bool.random(using: &random) {
                sorted[key] = step
                set.insert(key)
                dictionary[key] = step
            } else {
                sorted[key] = nil
                set.remove(key)
                dictionary[key] = nil
            }
            #expect(sorted[key] == dictionary[key])
            #expect(set.contains(key) == (dictionary[key] != nil))
        }
        #expect(sorted.keys == dictionary.keys.sorted())
        #expect(set.elements == sorted.keys)
        #expect(SortedMap(dictionary.map { ($0, $1) }) == sorted)
        #expect(SortedMap([(2, 1), (1, 1), (2, 3), (1, 2)]) == [1: 2, 2: 3])
        var union = SortedSet(set.elements.filter { $0 < 50 })
        union.formUnion(set.elements.reversed().filter { $0 > 30 || $0.isMultiple(of: 2) })
        #expect(union == set)
        #expect(SortedSet(dictionary.keys.map { $0 } + dictionary.keys) == set)
    }
}

@Suite struct JSONValueTests {
    @Test func printsAndParses() throws {
        let text: ByteString = #"{"a":[1,-2.5e+3,true,false,null,[],{}],"b\"\\\n\u0001":"é"}"#
        let value = try JSONValue(parsing: text)
        #expect(try value.printed() == text)
        let indented: ByteString = """
            {
              "a": [
                1,
                {}
              ],
              "b": []
            }
            """
        #expect(try JSONValue(parsing: indented).printed(isIndented: true) == indented)
        #expect(try JSONValue(parsing: #" { "b" : 1 , "a" : 2 , "b" : 3 } "#).printed() == #"{"a":2,"b":3}"#)
        #expect(try JSONValue(parsing: #""\u00e9\ud83d\ude00\/\b\f\t\r""#).printed() == #""é😀/\b\f\t\r""#)
    }

    static let malformed: [String] = [
        "", " ", "{", "[", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "-", "1.", "1e", "tru", "\"", "\"\\x\"",
        "\"\\ud83d\"",
        "\"\\udc00\"", "\"\\u12\"", "\"\n\"", "1 2", "nul", "{a:1}", "+1", "\"\\",
    ]

    @Test(arguments: malformed) func refuses(text: String) {
        let error = #expect(throws: FormatError.self) { try JSONValue(parsing: ByteString(text)) }
        #expect(error?.kind == .json)
    }

    @Test func boundsNesting() throws {
        func nested(_ depth: Int) -> ByteString {
            ByteString(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
        }
        #expect(try JSONValue(parsing: nested(500)).printed() == nested(500))
        #expect(throws: FormatError(.json, "JSON is nested too deeply")) { try JSONValue(parsing: nested(501)) }
    }

    /// Messages of Nix's `builtins.toJSON` for these bytes.
    static let notUTF8: [([UInt8], String)] = [
        ([97, 0xE9], "incomplete UTF-8 string; last byte: 0xE9"),
        ([97, 0xE9, 97], "invalid UTF-8 byte at index 2: 0x61"),
        ([0xFF], "invalid UTF-8 byte at index 0: 0xFF"),
        ([97, 0x80], "invalid UTF-8 byte at index 1: 0x80"),
        ([0xC0, 0x80], "invalid UTF-8 byte at index 0: 0xC0"),
        ([0xED, 0xA0, 0x80], "invalid UTF-8 byte at index 1: 0xA0"),
        ([0xF0, 0x9F, 0x98], "incomplete UTF-8 string; last byte: 0x98"),
        ([0xF4, 0x90, 0x80, 0x80], "invalid UTF-8 byte at index 1: 0x90"),
    ]

    @Test(arguments: notUTF8) func refusesToPrint(bytes: [UInt8], message: String) {
        #expect(throws: FormatError(.json, "[json.exception.type_error.316] \(message)")) {
            try JSONValue.string(ByteString(bytes)).printed()
        }
    }
}
