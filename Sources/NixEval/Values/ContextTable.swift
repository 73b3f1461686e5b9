package import NixFormats

/// One thing that a string refers to in the store.
package enum ContextElement: Hashable, Comparable, Sendable {
    /// A store path as it is.
    case path(StorePath)
    /// A derivation with all that it needs and gives (`=` in Nix's text form).
    case derivationDeep(StorePath)
    /// An output of a derivation (`!` in Nix's text form).
    case output(derivation: StorePath, name: ByteString)
}

extension ContextElement {
    /// Nix's text form: `<base name>`, `=<base name>`, `!<output>!<base name>`.
    var encoded: String {
        switch self {
        case .path(let path): path.description
        case .derivationDeep(let path): "=\(path)"
        case .output(let derivation, let name): "!\(name)!\(derivation)"
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
/// Index 0 is the empty set.
final class ContextTable {
    private var elements: [ContextElement] = []
    private var elementIndices: [ContextElement: Int32] = [:]
    /// Sorted element indices of each set.
    private var sets: [[Int32]] = [[]]
    /// The indices of all sets but the empty one.
    private var setIndices: [[Int32]: UInt32] = [:]
    private var unions: [UInt64: UInt32] = [:]

    func index(of element: ContextElement) -> UInt32 { intern([elementIndex(element)]) }

    func index(of elements: some Sequence<ContextElement>) -> UInt32 {
        intern(Set(elements.map(elementIndex)).sorted())
    }

    func union(_ left: UInt32, _ right: UInt32) -> UInt32 {
        if left == right || right == 0 { return left }
        if left == 0 { return right }
        let key = UInt64(min(left, right)) << 32 | UInt64(max(left, right))
        if let known = unions[key] { return known }
        let result = intern(Self.merged(sets[Int(left)], sets[Int(right)]))
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
            for index in indices.indices { all += sets[Int(index)] }
            all.sort()
            var kept = 0
            for element in all where kept == 0 || all[kept - 1] != element {
                all[kept] = element
                kept += 1
            }
            all.removeLast(all.count - kept)
            return intern(all)
        }
    }

    private static func merged(_ left: [Int32], _ right: [Int32]) -> [Int32] {
        var result: [Int32] = []
        result.reserveCapacity(left.count + right.count)
        var index = 0
        for element in right {
            while index < left.count, left[index] < element {
                result.append(left[index])
                index += 1
            }
            if index < left.count, left[index] == element { index += 1 }
            result.append(element)
        }
        result += left[index...]
        return result
    }

    /// The elements of a set, in Nix's order.
    func elements(of index: UInt32) -> [ContextElement] {
        sets[Int(index)].map { elements[Int($0)] }.sorted()
    }

    private func elementIndex(_ element: ContextElement) -> Int32 {
        if let known = elementIndices[element] { return known }
        let index = Int32(elements.count)
        elements.append(element)
        elementIndices[element] = index
        return index
    }

    private func intern(_ set: [Int32]) -> UInt32 {
        if set.isEmpty { return 0 }
        if let known = setIndices[set] { return known }
        let index = UInt32(sets.count)
        sets.append(set)
        setIndices[set] = index
        return index
    }
}
