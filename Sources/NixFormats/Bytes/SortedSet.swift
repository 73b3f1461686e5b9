/// A set kept as a sorted array without duplicates.
///
/// Iteration is in ascending order, as the formats write it. Inlinable because the evaluator fills many of these.
package struct SortedSet<Element: Comparable & Hashable & Sendable>: Hashable, Sendable {
    /// Ascending, without duplicates.
    @usableFromInline var storage: [Element]

    @inlinable
    package init() {
        storage = []
    }

    @inlinable
    package init(_ elements: some Sequence<Element>) {
        storage = elements.sorted()
        var kept = 0
        for index in storage.indices where kept == 0 || storage[kept - 1] != storage[index] {
            if kept != index { storage[kept] = storage[index] }
            kept += 1
        }
        storage.removeLast(storage.count - kept)
    }

    /// The elements, ascending.
    @inlinable package var elements: [Element] { storage }

    @inlinable
    package func contains(_ element: Element) -> Bool {
        let index = lowerBound(element)
        return index < storage.count && storage[index] == element
    }

    /// Constant time when `element` is above all others.
    @inlinable
    package mutating func insert(_ element: Element) {
        if let last = storage.last, !(last < element) {
            let index = lowerBound(element)
            if storage[index] != element { storage.insert(element, at: index) }
        } else {
            storage.append(element)
        }
    }

    @inlinable
    package mutating func remove(_ element: Element) {
        let index = lowerBound(element)
        if index < storage.count, storage[index] == element { storage.remove(at: index) }
    }

    @inlinable
    package mutating func formUnion(_ other: some Sequence<Element>) {
        for element in other { insert(element) }
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
    @inlinable package var startIndex: Int { 0 }
    @inlinable package var endIndex: Int { storage.count }
    @inlinable package subscript(index: Int) -> Element { storage[index] }
}

extension SortedSet: ExpressibleByArrayLiteral {
    @inlinable
    package init(arrayLiteral elements: Element...) {
        self.init(elements)
    }
}
