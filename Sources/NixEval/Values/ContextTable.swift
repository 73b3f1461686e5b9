package import NixFormats

/// One thing that a string refers to in the store.
package enum ContextElement: Hashable, Comparable, Sendable {
    /// A store path as it is.
    case path(StorePath)
    /// A derivation with all that it needs and gives (`=` in Nix's text form).
    case derivationDeep(StorePath)
    /// An output of a derivation (`!` in Nix's text form).
    case output(derivation: StorePath, name: ByteString)
    /// An output of a derivation that an output holds (`!b!a!` and the derivation for output `b` of what output `a` holds).
    case nested(NestedOutput)
}

/// An output of a derivation that is not there before another one is built.
package struct NestedOutput: Hashable, Comparable, Sendable {
    /// The derivation that is known.
    package let derivation: StorePath
    /// Its output, the output of the derivation which that holds, and so on: at least two.
    package let way: [ByteString]

    /// `^` and the name for each output.
    package var printedWay: String { way.reduce("") { "\($0)^\($1)" } }

    /// Nix orders by what holds the derivation, and only then by the output.
    package static func < (left: NestedOutput, right: NestedOutput) -> Bool {
        if left.way.count != right.way.count { return left.way.count < right.way.count }
        if left.derivation != right.derivation { return left.derivation < right.derivation }
        return left.way.lexicographicallyPrecedes(right.way)
    }
}

extension ContextElement {
    /// Elements whose keys differ are in the order of the keys: their case, then the start of the store path.
    fileprivate var sortKey: UInt64 {
        switch self {
        case .path(let path): path.sortKey >> 2
        case .derivationDeep(let path): 1 << 62 | path.sortKey >> 2
        case .output(let path, _): 2 << 62 | path.sortKey >> 2
        case .nested: 3 << 62
        }
    }

    /// The start of a store path is as good as the whole.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(sortKey)
        switch self {
        case .path, .derivationDeep: break
        case .output(_, let name): hasher.combine(name)
        case .nested(let output): hasher.combine(output)
        }
    }

    /// Nix's text form: `<base name>`, `=<base name>`, `!<output>!<base name>`, the output of what an output holds first.
    var encoded: String {
        switch self {
        case .path(let path): path.description
        case .derivationDeep(let path): "=\(path)"
        case .output(let derivation, let name): "!\(name)!\(derivation)"
        case .nested(let output): output.way.reversed().reduce("!") { "\($0)\($1)!" } + "\(output.derivation)"
        }
    }
}

/// Sets of context elements on their way to their union: one that grows element by element would be interned at every
/// step.
struct ContextUnion {
    fileprivate var indices: [UInt32] = []
    private var seen: Set<UInt32> = []

    mutating func add(_ index: UInt32) {
        if index == 0 || index == indices.last { return }
        if indices.count < 8 {
            if indices.contains(index) { return }
        } else {
            if seen.isEmpty { seen.formUnion(indices) }
            guard seen.insert(index).inserted else { return }
        }
        indices.append(index)
    }
}

/// Interned sets of context elements; a string carries the index of its set.
///
/// Index 0 is the empty set. No method calls out while it works, so nothing is checked for overlapping accesses.
final class ContextTable {
    @exclusivity(unchecked) private var elements: [ContextElement] = []
    /// For each element that is an output the set of its name, of which there is one for all of that name; else the empty one.
    @exclusivity(unchecked) private var names: [SortedSet<ByteString>] = []
    @exclusivity(unchecked) private var namesSeen: [SortedSet<ByteString>] = []
    @exclusivity(unchecked) private var elementIndices: [ContextElement: Int32] = [:]
    /// The sorted element indices of all sets, one set after another.
    @exclusivity(unchecked) private var members: [Int32] = []
    /// Where each set ends in `members`; the empty one is the first.
    @exclusivity(unchecked) private var ends: [Int32] = [0]
    /// An open-addressed hash table of the indices of all sets but the empty one; 0 is a free slot.
    @exclusivity(unchecked) private var slots = [UInt32](repeating: 0, count: 256)
    @exclusivity(unchecked) private var unions: [UInt64: UInt32] = [:]

    func index(of element: ContextElement) -> UInt32 {
        var element = elementIndex(element)
        return withUnsafePointer(to: &element) { intern(UnsafeBufferPointer(start: $0, count: 1)) }
    }

    func index(of elements: some Sequence<ContextElement>) -> UInt32 {
        Set(elements.map(elementIndex)).sorted().withUnsafeBufferPointer { intern($0) }
    }

    func union(_ left: UInt32, _ right: UInt32) -> UInt32 {
        if left == right || right == 0 { return left }
        if left == 0 { return right }
        let key = UInt64(min(left, right)) << 32 | UInt64(max(left, right))
        if let known = unions[key] { return known }
        let result = merge(members(of: left), members(of: right))
        unions[key] = result
        return result
    }

    /// The union of any number of sets, without interning those in between.
    func union(_ indices: ContextUnion) -> UInt32 {
        switch indices.indices.count {
        case 0: return 0
        case 1: return indices.indices[0]
        case 2: return union(indices.indices[0], indices.indices[1])
        default:
            var all: [Int32] = []
            for index in indices.indices { all += members[members(of: index)] }
            all.sort()
            var kept = 0
            for element in all where kept == 0 || all[kept - 1] != element {
                all[kept] = element
                kept += 1
            }
            return all.withUnsafeBufferPointer { intern(UnsafeBufferPointer(rebasing: $0[..<kept])) }
        }
    }

    /// The union of two sets, given as stretches of `members`.
    private func merge(_ left: Range<Int>, _ right: Range<Int>) -> UInt32 {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: left.count + right.count) { merged in
            var count = 0
            func append(_ element: Int32) {
                merged.initializeElement(at: count, to: element)
                count += 1
            }
            var index = left.lowerBound
            for place in right {
                let element = members[place]
                while index < left.upperBound, members[index] < element {
                    append(members[index])
                    index += 1
                }
                if index < left.upperBound, members[index] == element { index += 1 }
                append(element)
            }
            for place in index..<left.upperBound { append(members[place]) }
            return intern(UnsafeBufferPointer(rebasing: merged[..<count]))
        }
    }

    /// The elements of a set, in Nix's order.
    func elements(of index: UInt32) -> [ContextElement] { sorted(index).map { elements[Int($0)] } }

    /// The indices of the elements of a set, in Nix's order.
    private func sorted(_ index: UInt32) -> [Int32] {
        let range = members(of: index)
        if range.count == 1 { return [members[range.lowerBound]] }
        var keys = members[range].map { (key: elements[Int($0)].sortKey, index: $0) }
        keys.sort { left, right in
            left.key != right.key
                ? left.key < right.key : elements[Int(left.index)] < elements[Int(right.index)]
        }
        return keys.map(\.index)
    }

    /// Goes through a set in Nix's order; of an output there is also the set of its name alone.
    func forEach(
        in index: UInt32, _ body: (ContextElement, SortedSet<ByteString>) throws(EvaluationError) -> Void
    ) throws(EvaluationError) {
        for index in sorted(index) { try body(elements[Int(index)], names[Int(index)]) }
    }

    private func elementIndex(_ element: ContextElement) -> Int32 {
        if let known = elementIndices[element] { return known }
        let index = Int32(elements.count)
        elements.append(element)
        names.append(name(of: element))
        elementIndices[element] = index
        return index
    }

    private func name(of element: ContextElement) -> SortedSet<ByteString> {
        guard case .output(_, let name) = element else { return [] }
        // Outputs have the same few names everywhere.
        for names in namesSeen where names[0] == name { return names }
        let names: SortedSet<ByteString> = [name]
        if namesSeen.count < 8 { namesSeen.append(names) }
        return names
    }

    // MARK: Sets

    private func members(of index: UInt32) -> Range<Int> {
        index == 0 ? 0..<0 : Int(ends[Int(index) - 1])..<Int(ends[Int(index)])
    }

    private func intern(_ set: UnsafeBufferPointer<Int32>) -> UInt32 {
        if set.isEmpty { return 0 }
        var slot = Self.hash(set) & (slots.count - 1)
        while slots[slot] != 0 {
            if members[members(of: slots[slot])].elementsEqual(set) { return slots[slot] }
            slot = (slot + 1) & (slots.count - 1)
        }
        let index = UInt32(ends.count)
        members.append(contentsOf: set)
        ends.append(Int32(members.count))
        slots[slot] = index
        if ends.count * 2 > slots.count { grow() }
        return index
    }

    private func grow() {
        var grown = [UInt32](repeating: 0, count: slots.count * 2)
        members.withUnsafeBufferPointer { all in
            for index in 1..<UInt32(ends.count) {
                var slot = Self.hash(UnsafeBufferPointer(rebasing: all[members(of: index)])) & (grown.count - 1)
                while grown[slot] != 0 { slot = (slot + 1) & (grown.count - 1) }
                grown[slot] = index
            }
        }
        slots = grown
    }

    /// Multiplies and folds: the elements are small numbers that the table gave out itself.
    private static func hash(_ set: UnsafeBufferPointer<Int32>) -> Int {
        var hash: UInt64 = 0
        for element in set { hash = (hash ^ UInt64(UInt32(bitPattern: element))) &* 0x9E37_79B9_7F4A_7C15 }
        return Int(truncatingIfNeeded: hash >> 32)
    }
}
