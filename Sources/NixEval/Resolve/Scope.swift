import NixSyntax

/// Where names are bound while a file is resolved: for each symbol its innermost binding, found in one step.
///
/// One table serves all files of an evaluator; between files it is empty.
final class ScopeTable {
    private struct Entry {
        var symbol: Int32
        var depth: Int32
        var slot: Int32
        /// The entry that this one hides, or −1.
        var hidden: Int32
    }
    private var entries: ContiguousArray<Entry> = []
    private var innermost: ContiguousArray<Int32> = []

    var mark: Int { entries.count }

    /// Binds `symbol` to a word of the frame at `depth`.
    func bind(_ symbol: Symbol, depth: Int, slot: Int) {
        let index = Int(symbol.rawValue)
        if index >= innermost.count {
            innermost.append(contentsOf: repeatElement(-1, count: index + 1024 - innermost.count))
        }
        entries.append(
            Entry(symbol: symbol.rawValue, depth: Int32(depth), slot: Int32(slot), hidden: innermost[index]))
        innermost[index] = Int32(entries.count - 1)
    }

    /// Forgets all bindings made since `mark`.
    func unbind(to mark: Int) {
        while entries.count > mark {
            let entry = entries.removeLast()
            innermost[Int(entry.symbol)] = entry.hidden
        }
    }

    /// Depth of the frame and word in it, or nil.
    func find(_ symbol: Symbol) -> (depth: Int, slot: Int)? {
        let index = Int(symbol.rawValue)
        guard index < innermost.count, innermost[index] >= 0 else { return nil }
        let entry = entries[Int(innermost[index])]
        return (Int(entry.depth), Int(entry.slot))
    }
}

/// A frame while the code that runs in it is resolved.
///
/// `let`s in tail position of the frame's code put their slots into it instead of making a frame of their own: such
/// code runs at most once for each frame.
struct FrameContext {
    /// How many frames are outside it.
    let depth: Int
    /// First free word; 0 is the link to the outer frame.
    var next = 1
    /// Words that the frame must have.
    var words = 1

    init(depth: Int) { self.depth = depth }

    /// Takes `count` words and returns the first.
    mutating func take(_ count: Int) -> Int {
        let first = next
        next += count
        words = max(words, next)
        return first
    }
}
