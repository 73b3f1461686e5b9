import Testing

@testable import NixSyntax

@Suite struct SymbolTableTests {
    @Test("equal bytes, equal symbols, through growth")
    func identity() {
        let table = SymbolTable()
        let names = (0..<10_000).map { "name-\($0)" } + ["", "a", "é", "e\u{301}"]
        let first = names.map { table.intern($0) }
        #expect(table.count == names.count)
        #expect(names.map { table.intern($0) } == first)
        #expect(first.map { table.string(of: $0) } == names)
    }

    @Test("names longer than a block")
    func longNames() {
        let table = SymbolTable()
        let long = String(repeating: "x", count: 200_000)
        let symbol = table.intern(long)
        #expect(table.intern("y") != symbol)
        #expect(table.intern(long) == symbol)
        #expect(table.bytes(of: symbol).count == 200_000)
    }
}
