/// A dictionary kept as an array of pairs sorted by key.
///
/// Iteration is in ascending order, as the formats write it.
package struct SortedMap<Key: Comparable & Hashable & Sendable, Value: Hashable & Sendable>: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package let key: Key
        package var value: Value
    }

    /// Ascending by key, without duplicates.
    package private(set) var entries: [Entry] = []

    package init() {}

    /// The last value of a key wins.
    package init(_ pairs: some Sequence<(Key, Value)>) {
        for (key, value) in pairs { self[key] = value }
    }

    package var keys: [Key] { entries.map(\.key) }

    /// The value of `key`.
    ///
    /// Setting is constant time when `key` is above all others.
    package subscript(key: Key) -> Value? {
        get {
            let index = lowerBound(key)
            return index < entries.count && entries[index].key == key ? entries[index].value : nil
        }
        set {
            guard let newValue else { return remove(key) }
            if let last = entries.last, !(last.key < key) {
                let index = lowerBound(key)
                if entries[index].key == key {
                    entries[index].value = newValue
                } else {
                    entries.insert(Entry(key: key, value: newValue), at: index)
                }
            } else {
                entries.append(Entry(key: key, value: newValue))
            }
        }
    }

    package mutating func remove(_ key: Key) {
        let index = lowerBound(key)
        if index < entries.count, entries[index].key == key { entries.remove(at: index) }
    }

    package mutating func reserveCapacity(_ capacity: Int) {
        entries.reserveCapacity(capacity)
    }

    private func lowerBound(_ key: Key) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension SortedMap: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { entries.count }
    package subscript(index: Int) -> Entry { entries[index] }
}

extension SortedMap: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (Key, Value)...) {
        self.init(elements)
    }
}
