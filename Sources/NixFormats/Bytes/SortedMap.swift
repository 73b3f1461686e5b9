/// A dictionary kept as an array of pairs sorted by key.
///
/// Iteration is in ascending order, as the formats write it. Public and inlinable because the compiler specialises
/// nothing less in other modules: the evaluator fills these five times faster.
public struct SortedMap<Key: Comparable & Hashable & Sendable, Value: Hashable & Sendable>: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public let key: Key
        public var value: Value

        @inlinable
        init(key: Key, value: Value) {
            self.key = key
            self.value = value
        }
    }

    /// Ascending by key, without duplicates.
    @usableFromInline var storage: [Entry] = []

    @inlinable
    public init() {}

    /// Sorts once, so that the order of `pairs` does not matter to the time, and not at all where they are in order;
    /// the last value of a key wins.
    @inlinable
    public init(_ pairs: some Collection<(Key, Value)>) {
        storage.reserveCapacity(pairs.count)
        var isAscending = true
        for (key, value) in pairs {
            if let last = storage.last, !(last.key < key) {
                isAscending = false
                break
            }
            storage.append(Entry(key: key, value: value))
        }
        if isAscending { return }
        storage.removeAll(keepingCapacity: true)
        let sorted = pairs.enumerated().sorted { left, right in
            left.element.0 == right.element.0 ? left.offset < right.offset : left.element.0 < right.element.0
        }
        storage.reserveCapacity(sorted.count)
        for (_, (key, value)) in sorted {
            if storage.last?.key == key { storage.removeLast() }
            storage.append(Entry(key: key, value: value))
        }
    }

    /// The entries, ascending by key.
    @inlinable public var entries: [Entry] { storage }

    @inlinable public var keys: [Key] { storage.map(\.key) }

    /// The value of a key.
    ///
    /// Setting is constant time when the key is above all others.
    public subscript(key: Key) -> Value? {
        @inlinable get {
            let index = lowerBound(key)
            return index < storage.count && storage[index].key == key ? storage[index].value : nil
        }
        @inlinable set {
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

    /// Changes the value of a key, or gives the key `initial`.
    ///
    /// Constant time when no other key is above it.
    @inlinable
    public mutating func update(
        _ key: Key, initially initial: @autoclosure () -> Value, _ change: (inout Value) -> Void
    ) {
        let last = storage.count - 1
        if last < 0 || storage[last].key < key {
            storage.append(Entry(key: key, value: initial()))
            return
        }
        let index = storage[last].key == key ? last : lowerBound(key)
        if storage[index].key == key {
            change(&storage[index].value)
        } else {
            storage.insert(Entry(key: key, value: initial()), at: index)
        }
    }

    @inlinable
    public mutating func remove(_ key: Key) {
        let index = lowerBound(key)
        if index < storage.count, storage[index].key == key { storage.remove(at: index) }
    }

    @inlinable
    public mutating func reserveCapacity(_ capacity: Int) {
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
    @inlinable public var startIndex: Int { 0 }
    @inlinable public var endIndex: Int { storage.count }
    @inlinable public subscript(index: Int) -> Entry { storage[index] }
}

extension SortedMap: ExpressibleByDictionaryLiteral {
    @inlinable
    public init(dictionaryLiteral elements: (Key, Value)...) {
        self.init(elements)
    }
}
