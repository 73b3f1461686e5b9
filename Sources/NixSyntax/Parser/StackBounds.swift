internal import CStack

/// Where the stack of the calling thread is, and where it has to end.
enum StackBounds {
    /// About where the stack ends now.
    ///
    /// It grows downwards.
    @inline(__always)
    static func currentAddress() -> UInt {
        var marker: UInt8 = 0
        return withUnsafeMutablePointer(to: &marker) { UInt(bitPattern: $0) }
    }

    /// The address that the stack must not grow beyond if it may take so many bytes from here, or, where `bytes` is nil,
    /// three quarters of what the thread has left.
    static func lowestAddress(taking bytes: Int?) -> UInt {
        let current = currentAddress()
        let size = bytes.map { UInt(max(0, $0)) } ?? remaining(below: current) / 4 * 3
        return size < current ? current - size : 0
    }

    /// The bytes between an address and the lower end of the calling thread's stack.
    private static func remaining(below address: UInt) -> UInt {
        var low: UInt = 0
        var high: UInt = 0
        nixlite_stack_bounds(&low, &high)
        return address > low ? address - low : 0
    }
}
