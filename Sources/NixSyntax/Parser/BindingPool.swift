/// The attribute sets of a text while it is parsed.
///
/// `a.b = 1;` may add to a set that was written long before, so sets stay open, as linked lists in shared arrays, until
/// the end of the text; then `SetFlattener` gives each its contiguous ranges. While parsing, operand `a` of a set's node
/// is its index here.
struct BindingPool {
    struct OpenSet {
        var firstStatic: Int32 = -1
        var lastStatic: Int32 = -1
        var firstDynamic: Int32 = -1
        var lastDynamic: Int32 = -1
        var firstSubject: Int32 = -1
        var lastSubject: Int32 = -1
        var staticCount: Int32 = 0
        var dynamicCount: Int32 = 0
        var subjectCount: Int32 = 0
        /// One bit per symbol modulo 64: a name whose bit is clear is new.
        var seen: UInt64 = 0
    }

    private(set) var sets: ContiguousArray<OpenSet> = []
    private(set) var bindings: ContiguousArray<Binding> = []
    /// The binding after this one in its set.
    private(set) var following: ContiguousArray<Int32> = []
    private(set) var subjects: ContiguousArray<NodeIndex> = []
    private(set) var followingSubject: ContiguousArray<Int32> = []
    /// Bindings of the sets that are too large to be searched one by one.
    private var large: [LargeKey: Int32] = [:]

    private struct LargeKey: Hashable {
        let set: Int32
        let symbol: Int32
    }

    /// Sets with more names than this are searched through `large`.
    private static let linearLimit: Int32 = 12

    init() {}

    mutating func makeSet() -> Int32 {
        sets.append(OpenSet())
        return Int32(truncatingIfNeeded: sets.count - 1)
    }

    /// The index of the binding of `symbol` in a set, or −1.
    @inline(__always)
    func find(_ symbol: Symbol, in set: Int32) -> Int32 {
        sets[Int(set)].seen & Self.bit(symbol) == 0 ? -1 : search(symbol, in: set)
    }

    private func search(_ symbol: Symbol, in set: Int32) -> Int32 {
        if sets[Int(set)].staticCount > Self.linearLimit {
            return large[LargeKey(set: set, symbol: symbol.rawValue)] ?? -1
        }
        var index = sets[Int(set)].firstStatic
        while index >= 0 {
            if bindings[Int(index)].symbol == symbol { return index }
            index = following[Int(index)]
        }
        return -1
    }

    /// Adds a binding to the end of a set that has none of that name.
    mutating func append(_ binding: Binding, to set: Int32) {
        let index = Int32(truncatingIfNeeded: bindings.count)
        bindings.append(binding)
        following.append(-1)
        link(index, to: set)
    }

    /// Puts an existing binding at the end of a set.
    mutating func link(_ index: Int32, to set: Int32) {
        let binding = bindings[Int(index)]
        following[Int(index)] = -1
        if binding.kind == .dynamic {
            let last = sets[Int(set)].lastDynamic
            if last >= 0 { following[Int(last)] = index } else { sets[Int(set)].firstDynamic = index }
            sets[Int(set)].lastDynamic = index
            sets[Int(set)].dynamicCount += 1
            return
        }
        let last = sets[Int(set)].lastStatic
        if last >= 0 { following[Int(last)] = index } else { sets[Int(set)].firstStatic = index }
        sets[Int(set)].lastStatic = index
        sets[Int(set)].staticCount += 1
        sets[Int(set)].seen |= Self.bit(binding.symbol)
        let count = sets[Int(set)].staticCount
        if count > Self.linearLimit {
            if count == Self.linearLimit + 1 { indexAll(of: set) }
            large[LargeKey(set: set, symbol: binding.symbol.rawValue)] = index
        }
    }

    private mutating func indexAll(of set: Int32) {
        var index = sets[Int(set)].firstStatic
        while index >= 0 {
            large[LargeKey(set: set, symbol: bindings[Int(index)].symbol.rawValue)] = index
            index = following[Int(index)]
        }
    }

    /// Adds the subject of an `inherit (from)`; returns its number within the set.
    mutating func appendSubject(_ node: NodeIndex, to set: Int32) -> Int32 {
        let index = Int32(truncatingIfNeeded: subjects.count)
        subjects.append(node)
        followingSubject.append(-1)
        let last = sets[Int(set)].lastSubject
        if last >= 0 { followingSubject[Int(last)] = index } else { sets[Int(set)].firstSubject = index }
        sets[Int(set)].lastSubject = index
        sets[Int(set)].subjectCount += 1
        return sets[Int(set)].subjectCount - 1
    }

    /// Raises the subject number of an `inherit (from)` binding by what the set that takes it over already has.
    mutating func shiftSubject(of binding: Int32, by count: Int32) { bindings[Int(binding)].from += count }

    /// Takes everything out of a set; returns what it was.
    mutating func empty(_ set: Int32) -> OpenSet {
        let old = sets[Int(set)]
        sets[Int(set)] = OpenSet()
        return old
    }

    @inline(__always)
    private static func bit(_ symbol: Symbol) -> UInt64 { 1 << UInt64(truncatingIfNeeded: symbol.rawValue & 63) }
}
