/// A set kept as a sorted array without duplicates.
///
/// Iteration is in ascending order, as the formats write it.
package struct SortedSet<Element: Comparable & Hashable & Sendable>: Hashable, Sendable {
    /// Ascending, without duplicates.
    package private(set) var elements: [Element]

    package init() {
        elements = []
    }

    package init(_ elements: some Sequence<Element>) {
        var sorted = elements.sorted()
        var kept = 0
        for index in sorted.indices where kept == 0 || sorted[kept - 1] != sorted[index] {
            if kept != index { sorted[kept] = sorted[index] }
            kept += 1
        }
        sorted.removeLast(sorted.count - kept)
        self.elements = sorted
    }

    package func contains(_ element: Element) -> Bool {
        let index = lowerBound(element)
        return index < elements.count && elements[index] == element
    }

    /// Constant time when `element` is above all others.
    package mutating func insert(_ element: Element) {
        if let last = elements.last, !(last < element) {
            let index = lowerBound(element)
            if elements[index] != element { elements.insert(element, at: index) }
        } else {
            elements.append(element)
        }
    }

    package mutating func remove(_ element: Element) {
        let index = lowerBound(element)
        if index < elements.count, elements[index] == element { elements.remove(at: index) }
    }

    package mutating func formUnion(_ other: some Sequence<Element>) {
        for element in other { insert(element) }
    }

    private func lowerBound(_ element: Element) -> Int {
        var low = 0
        var high = elements.count
        while low < high {
            let middle = (low + high) / 2
            if elements[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension SortedSet: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { elements.count }
    package subscript(index: Int) -> Element { elements[index] }
}

extension SortedSet: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: Element...) {
        self.init(elements)
    }
}
