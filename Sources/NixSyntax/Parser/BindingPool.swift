/// The attribute sets of a text while it is parsed.
///
/// `a.b = 1;` may add to a set that was written long before, so sets stay open, as linked lists in shared arrays, until
/// the end of the text; then `TreeBuilder` gives each its contiguous ranges. While parsing, operand `a` of a set's node
/// is its index here.
struct BindingPool: ~Copyable {
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

    private(set) var sets: GrowingArray<OpenSet>
    private(set) var bindings: GrowingArray<Binding>
    /// The binding after this one in its set.
    private(set) var following: GrowingArray<Int32>
    private(set) var subjects = GrowingArray<NodeIndex>()
    private(set) var followingSubject = GrowingArray<Int32>()
    /// Bindings of the sets that are too large to be searched one by one.
    private var large = LargeSetIndex()

    /// Sets with more names than this are searched through an index.
    private static let linearLimit: Int32 = 16

    /// Has room for that many bindings.
    init(capacity count: Int) {
        bindings = GrowingArray(capacity: count)
        following = GrowingArray(capacity: count)
        sets = GrowingArray(capacity: count / 4 + 4)
    }

    mutating func makeSet() -> Int32 {
        sets.append(OpenSet())
        return Int32(truncatingIfNeeded: sets.count - 1)
    }

    /// The index of the binding of `symbol` in a set, or −1.
    @inline(__always)
    func find(_ symbol: Symbol, in set: Int32) -> Int32 {
        sets.pointer(to: set).pointee.seen & Self.bit(symbol) == 0 ? -1 : search(symbol, in: set)
    }

    private func search(_ symbol: Symbol, in set: Int32) -> Int32 {
        let open = sets.pointer(to: set)
        if open.pointee.staticCount > Self.linearLimit {
            return large.find(set: set, symbol: symbol)
        }
        var index = open.pointee.firstStatic
        while index >= 0 {
            if bindings.pointer(to: index).pointee.symbol == symbol { return index }
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
        let open = sets.pointer(to: set)
        let binding = bindings.pointer(to: index)
        following[Int(index)] = -1
        if binding.pointee.kind == .dynamic {
            let last = open.pointee.lastDynamic
            if last >= 0 { following[Int(last)] = index } else { open.pointee.firstDynamic = index }
            open.pointee.lastDynamic = index
            open.pointee.dynamicCount += 1
            return
        }
        let last = open.pointee.lastStatic
        if last >= 0 { following[Int(last)] = index } else { open.pointee.firstStatic = index }
        open.pointee.lastStatic = index
        open.pointee.staticCount += 1
        let symbol = binding.pointee.symbol
        open.pointee.seen |= Self.bit(symbol)
        let count = open.pointee.staticCount
        if count > Self.linearLimit {
            if count == Self.linearLimit + 1 { indexAll(of: set) }
            large.insert(set: set, symbol: symbol, binding: index)
        }
    }

    private mutating func indexAll(of set: Int32) {
        var index = sets[Int(set)].firstStatic
        while index >= 0 {
            large.insert(set: set, symbol: bindings[Int(index)].symbol, binding: index)
            index = following[Int(index)]
        }
    }

    /// Adds the subject of an `inherit (from)`; returns its number within the set.
    mutating func appendSubject(_ node: NodeIndex, to set: Int32) -> Int32 {
        let open = sets.pointer(to: set)
        let index = Int32(truncatingIfNeeded: subjects.count)
        subjects.append(node)
        followingSubject.append(-1)
        let last = open.pointee.lastSubject
        if last >= 0 { followingSubject[Int(last)] = index } else { open.pointee.firstSubject = index }
        open.pointee.lastSubject = index
        open.pointee.subjectCount += 1
        return open.pointee.subjectCount - 1
    }

    /// Raises the subject number of an `inherit (from)` binding by what the set that takes it over already has.
    mutating func shiftSubject(of binding: Int32, by count: Int32) {
        bindings.pointer(to: binding).pointee.from += count
    }

    /// Takes everything out of a set; returns what it was.
    mutating func empty(_ set: Int32) -> OpenSet {
        let old = sets[Int(set)]
        sets[Int(set)] = OpenSet()
        return old
    }

    @inline(__always)
    private static func bit(_ symbol: Symbol) -> UInt64 { 1 << UInt64(truncatingIfNeeded: symbol.rawValue & 63) }
}

/// An open-addressed hash table from a set and a name to a binding.
private struct LargeSetIndex {
    private struct Slot {
        var set: Int32
        var symbol: Int32
        var binding: Int32
    }

    private var slots: ContiguousArray<Slot> = []
    private var count = 0

    /// The binding, or −1.
    func find(set: Int32, symbol: Symbol) -> Int32 {
        if slots.isEmpty { return -1 }
        var index = first(set: set, symbol: symbol.rawValue)
        while slots[index].binding >= 0 {
            if slots[index].symbol == symbol.rawValue, slots[index].set == set { return slots[index].binding }
            index = (index + 1) & (slots.count - 1)
        }
        return -1
    }

    /// Adds what is not there, or replaces what a set that was emptied has left.
    mutating func insert(set: Int32, symbol: Symbol, binding: Int32) {
        if count * 2 >= slots.count { grow() }
        place(Slot(set: set, symbol: symbol.rawValue, binding: binding))
        count += 1
    }

    private mutating func place(_ slot: Slot) {
        var index = first(set: slot.set, symbol: slot.symbol)
        while slots[index].binding >= 0, slots[index].symbol != slot.symbol || slots[index].set != slot.set {
            index = (index + 1) & (slots.count - 1)
        }
        slots[index] = slot
    }

    private mutating func grow() {
        let old = slots
        let empty = Slot(set: -1, symbol: -1, binding: -1)
        slots = ContiguousArray(repeating: empty, count: max(64, old.count * 2))
        for slot in old where slot.binding >= 0 { place(slot) }
    }

    @inline(__always)
    private func first(set: Int32, symbol: Int32) -> Int {
        let key = UInt64(UInt32(bitPattern: set)) << 32 | UInt64(UInt32(bitPattern: symbol))
        let mixed = (key ^ key >> 29) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed >> 32) & (slots.count - 1)
    }
}
