extension ContiguousArray {
    /// Drops what is above `count`: faster than `removeLast(_:)` for the few elements that a stack gives up at a time.
    @inline(__always)
    mutating func truncate(to count: Int) {
        while self.count > count { removeLast() }
    }
}
