/// A dictionary kept as an array of pairs sorted by key.
///
/// Iteration is in ascending order, as the formats write it. Inlinable because the evaluator fills many of these.
package struct SortedMap<Key: Comparable & Hashable & Sendable, Value: Hashable & Sendable>: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package let key: Key
        package var value: Value

        @inlinable
        init(key: Key, value: Value) {
            self.key = key
            self.value = value
        }
    }

    /// Ascending by key, without duplicates.
    @usableFromInline var storage: [Entry] = []

    @inlinable
    package init() {}

    /// The last value of a key wins.
    @inlinable
    package init(_ pairs: some Sequence<(Key, Value)>) {
        for (key, value) in pairs { self[key] = value }
    }

    /// The entries, ascending by key.
    @inlinable package var entries: [Entry] { storage }

    @inlinable package var keys: [Key] { storage.map(\.key) }

    /// The value of a key.
    ///
    /// Setting is constant time when the key is above all others.
    @inlinable
    package subscript(key: Key) -> Value? {
        get {
            let index = lowerBound(key)
            return index < storage.count && storage[index].key == key ? storage[index].value : nil
        }
        set {
            guard let newValue else { return remove(key) }
            if let last = storage.last, !(last.key < key) {
                let index = lowerBound(key)
                if storage[index].key == key {
                    storage[index].value = newValue
                } else {
                    storage.insert(Entry(key: key, value: newValue), at: index)
                }
            } else {
                storage.append(Entry(key: key, value: newValue))
            }
        }
    }

    @inlinable
    package mutating func remove(_ key: Key) {
        let index = lowerBound(key)
        if index < storage.count, storage[index].key == key { storage.remove(at: index) }
    }

    @inlinable
    package mutating func reserveCapacity(_ capacity: Int) {
        storage.reserveCapacity(capacity)
    }

    /// The index of the first entry whose key is not below `key`.
    @inlinable
    func lowerBound(_ key: Key) -> Int {
        var low = 0
        var high = storage.count
        while low < high {
            let middle = (low + high) / 2
            if storage[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension SortedMap: RandomAccessCollection {
    @inlinable package var startIndex: Int { 0 }
    @inlinable package var endIndex: Int { storage.count }
    @inlinable package subscript(index: Int) -> Entry { storage[index] }
}

extension SortedMap: ExpressibleByDictionaryLiteral {
    @inlinable
    package init(dictionaryLiteral elements: (Key, Value)...) {
        self.init(elements)
    }
}
