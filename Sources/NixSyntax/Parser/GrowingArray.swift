internal import Glibc

/// A growing array of plain data in memory of its own.
///
/// Unlike `ContiguousArray` it is never shared, so an append asks nobody's permission, and the allocator may move its pages
/// instead of copying them when it grows. Indices are not checked: they come from the parser itself.
struct GrowingArray<Element: BitwiseCopyable>: ~Copyable {
    private var base: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int
    /// How many elements have pages; those of a large array are asked for a stretch at a time.
    private var limit: Int

    private static var smallBytes: Int { 1 << 16 }
    private static var stretchBytes: Int { 1 << 20 }

    /// An empty array with room for that many elements, at least one.
    init(capacity: Int = 16) {
        self.capacity = max(capacity, 1)
        base = Self.reallocate(nil, self.capacity)
        limit = min(self.capacity, Self.smallBytes / MemoryLayout<Element>.stride)
    }

    deinit { free(base) }

    private static func reallocate(
        _ memory: UnsafeMutablePointer<Element>?, _ capacity: Int
    ) -> UnsafeMutablePointer<Element> {
        guard let memory = realloc(memory, capacity * MemoryLayout<Element>.stride) else { fatalError("out of memory") }
        return memory.bindMemory(to: Element.self, capacity: capacity)
    }

    @inline(never)
    private mutating func grow(to least: Int) {
        if least > capacity {
            capacity = max(capacity * 2, least)
            base = Self.reallocate(base, capacity)
        }
        let stride = MemoryLayout<Element>.stride
        let stretch = min(max(limit / 2, Self.smallBytes / stride), Self.stretchBytes / stride)
        let old = limit
        limit = min(max(limit + stretch, least), capacity)
        FreshMemory.populate(base + old, count: (limit - old) * stride)
    }

    subscript(index: Int) -> Element {
        @inline(__always) get { base[index] }
        @inline(__always) set { base[index] = newValue }
    }

    /// Where an element lies until the array grows, to change a part of it.
    @inline(__always)
    func pointer(to index: Int32) -> UnsafeMutablePointer<Element> { base + Int(index) }

    @inline(__always)
    mutating func append(_ element: Element) {
        if count == limit { grow(to: count &+ 1) }
        (base + count).initialize(to: element)
        count &+= 1
    }

    @inline(__always)
    mutating func append(contentsOf elements: UnsafeBufferPointer<Element>) {
        guard let source = elements.baseAddress else { return }
        append(from: source, count: elements.count)
    }

    /// Appends what lies above `start` in another array.
    @inline(__always)
    mutating func append(from other: borrowing GrowingArray, above start: Int) {
        append(from: other.base + start, count: other.count &- start)
    }

    @inline(__always)
    private mutating func append(from source: UnsafeMutablePointer<Element>, count added: Int) {
        append(from: UnsafePointer(source), count: added)
    }

    @inline(__always)
    private mutating func append(from source: UnsafePointer<Element>, count added: Int) {
        if limit &- count < added { grow(to: count + added) }
        (base + count).initialize(from: source, count: added)
        count &+= added
    }

    @inline(__always)
    mutating func removeLast() -> Element {
        count &-= 1
        return base[count]
    }

    /// Drops what is above `count`.
    @inline(__always)
    mutating func truncate(to count: Int) { self.count = count }

    /// The elements from `start` on; valid until the array changes.
    @inline(__always)
    func elements(from start: Int) -> UnsafeMutableBufferPointer<Element> {
        UnsafeMutableBufferPointer(start: base + start, count: count &- start)
    }

    /// Gives the elements away, in memory that the caller frees with `free`, and is empty.
    mutating func release() -> UnsafeBufferPointer<Element> {
        let elements = UnsafeBufferPointer(start: UnsafePointer(base), count: count)
        count = 0
        capacity = 1
        limit = 1
        base = Self.reallocate(nil, 1)
        return elements
    }
}

extension UnsafeMutableBufferPointer {
    /// Sorts in place; the few elements that most calls have are put in order without a call or an allocation.
    @inline(__always)
    func sortFew(_ precedes: (Element, Element) -> Bool) {
        guard count > 1 else { return }
        if count > 12 {
            sortMany(precedes)
            return
        }
        for index in 1..<count {
            let element = self[index]
            var place = index
            while place > 0, precedes(element, self[place &- 1]) {
                self[place] = self[place &- 1]
                place &-= 1
            }
            self[place] = element
        }
    }

    @inline(never)
    private func sortMany(_ precedes: (Element, Element) -> Bool) {
        var index = 1
        while index < count, !precedes(self[index], self[index &- 1]) { index &+= 1 }
        if index == count { return }
        var copy = self
        copy.sort(by: precedes)
    }
}
