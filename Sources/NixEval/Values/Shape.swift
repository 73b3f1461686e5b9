import NixSyntax

/// The names of an attribute set, shared by all sets with the same names in the same places.
///
/// A heap object:
///
///     0  count << 3 | integer tag
///     1  flags << 3 | integer tag (`isOpen`: one more value, the fallback, follows the named ones; `isLayer`: see
///        `Layers.swift`)
///     2  bytewise order: leaf object of Int32 indices, or 0 until somebody asks
///     3  last partner on the right of `//`, 4 the shape that came of it, 5 the plan: leaf object of Int32
///     6  this shape without positions, or 0
///     7… symbols, Int32 each, ascending; then positions, UInt32 each
///
/// Words 7… may by accident look like addresses; the collector then keeps a cell too long, nothing else.
struct Shape: Equatable {
    let words: Words

    static let headerWords = 7

    @inline(__always) init(words: Words) { self.words = words }

    @inline(__always) var address: UInt { UInt(bitPattern: words) }
    @inline(__always) var count: Int { Int(bitPattern: words[0]) >> 3 }
    @inline(__always) var isOpen: Bool { words[1] & 8 != 0 }
    /// Whether sets of this shape are layers: two sets, and no names of their own.
    @inline(__always) var isLayer: Bool { words[1] & 16 != 0 }
    @inline(__always) var symbols: UnsafeMutablePointer<Int32> {
        UnsafeMutableRawPointer(words + Shape.headerWords).assumingMemoryBound(to: Int32.self)
    }
    @inline(__always) var positions: UnsafeMutablePointer<UInt32> {
        UnsafeMutableRawPointer(symbols + count).assumingMemoryBound(to: UInt32.self)
    }
    /// Whether any name has a place.
    var hasPositions: Bool {
        let (count, positions) = (self.count, self.positions)
        for index in 0..<count where positions[index] != 0 { return true }
        return false
    }
    /// How many words the values of a set of this shape take, the fallback of an open one included.
    @inline(__always) var valueCount: Int { count + (isOpen ? 1 : 0) }

    /// Index of `symbol` among the values, or −1.
    @inline(__always) func index(of symbol: Int32) -> Int {
        let count = self.count
        let symbols = self.symbols
        if count <= 8 {
            var index = 0
            while index < count {
                if symbols[index] == symbol { return index }
                index &+= 1
            }
            return -1
        }
        var base = 0
        var length = count
        // Halving without a branch on the comparison: the compiler makes a conditional move of it.
        while length > 1 {
            let half = length >> 1
            base = symbols[base &+ half] <= symbol ? base &+ half : base
            length &-= half
        }
        return symbols[base] == symbol ? base : -1
    }

    /// The index of the first symbol not less than `symbol`, and whether it is that symbol.
    func place(of symbol: Int32) -> (index: Int, replaces: Bool) {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if symbols[middle] < symbol { low = middle + 1 } else { high = middle }
        }
        return (low, low < count && symbols[low] == symbol)
    }
}
