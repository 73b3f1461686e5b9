/// A set kept as a sorted array without duplicates.
///
/// Iteration is in ascending order, as the formats write it. Public and inlinable because the compiler specialises
/// nothing less in other modules: the evaluator fills these five times faster.
public struct SortedSet<Element: Comparable & Hashable & Sendable>: Hashable, Sendable {
    /// Ascending, without duplicates.
    @usableFromInline var storage: [Element]

    @inlinable
    public init() {
        storage = []
    }

    @inlinable
    public init(_ elements: some Sequence<Element>) {
        storage = Array(elements)
        if storage.indices.dropFirst().allSatisfy({ storage[$0 - 1] < storage[$0] }) { return }
        storage.sort()
        var kept = 0
        for index in storage.indices where kept == 0 || storage[kept - 1] != storage[index] {
            if kept != index { storage[kept] = storage[index] }
            kept += 1
        }
        storage.removeLast(storage.count - kept)
    }

    /// The elements, ascending.
    @inlinable public var elements: [Element] { storage }

    @inlinable
    public func contains(_ element: Element) -> Bool {
        let index = lowerBound(element)
        return index < storage.count && storage[index] == element
    }

    /// Constant time when `element` is above all others.
    @inlinable
    public mutating func insert(_ element: Element) {
        if let last = storage.last, !(last < element) {
            let index = lowerBound(element)
            if storage[index] != element { storage.insert(element, at: index) }
        } else {
            storage.append(element)
        }
    }

    @inlinable
    public mutating func remove(_ element: Element) {
        let index = lowerBound(element)
        if index < storage.count, storage[index] == element { storage.remove(at: index) }
    }

    @inlinable
    public mutating func formUnion(_ other: some Sequence<Element>) {
        let other = SortedSet(other).storage
        if storage.isEmpty {
            storage = other
            return
        }
        if other.isEmpty { return }
        var merged: [Element] = []
        merged.reserveCapacity(storage.count + other.count)
        var position = 0
        for element in other {
            while position < storage.count, storage[position] < element {
                merged.append(storage[position])
                position += 1
            }
            if position == storage.count || storage[position] != element { merged.append(element) }
        }
        merged.append(contentsOf: storage[position...])
        storage = merged
    }

    /// The index of the first element that is not below `element`.
    @inlinable
    func lowerBound(_ element: Element) -> Int {
        var low = 0
        var high = storage.count
        while low < high {
            let middle = (low + high) / 2
            if storage[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension SortedSet: RandomAccessCollection {
    @inlinable public var startIndex: Int { 0 }
    @inlinable public var endIndex: Int { storage.count }
    @inlinable public subscript(index: Int) -> Element { storage[index] }
}

extension SortedSet: ExpressibleByArrayLiteral {
    @inlinable
    public init(arrayLiteral elements: Element...) {
        self.init(elements)
    }
}
