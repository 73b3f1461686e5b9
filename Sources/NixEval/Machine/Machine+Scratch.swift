#if canImport(Glibc)
    import Glibc
#endif

/// Texts that a builtin or a printer collects outside the heap.
///
/// Where Swift's own growth of an array finds no memory it ends the program, so a text whose length the input decides
/// grows through these functions.
extension Machine {
    /// Makes room for `more` bytes at the end of a text.
    @inline(__always)
    func makeRoom(for more: Int, in text: inout [UInt8]) throws(EvaluationError) {
        if text.count &+ more > text.capacity { try grow(&text, by: more) }
    }

    @inline(never)
    private func grow(_ text: inout [UInt8], by more: Int) throws(EvaluationError) {
        try checkInterrupt()
        let needed = text.count + more
        let limit = min(state.pointee.heap._withUnsafeGuaranteedRef { $0.limitBlocks * Heap.blockBytes }, 1 << 32)
        guard needed <= limit else { throw EvaluationError(.other, "out of memory") }
        let capacity = min(limit, max(needed, text.capacity * 2, 64))
        try Self.checkMemory(capacity)
        text.reserveCapacity(capacity)
    }

    /// Throws where so many bytes cannot be had.
    static func checkMemory(_ bytes: Int) throws(EvaluationError) {
        guard bytes > 1 << 20 else { return }
        // Not `malloc`, whose result the optimiser knows to be unused.
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        let probe = mmap(nil, bytes + 1 << 20, PROT_READ | PROT_WRITE, flags, -1, 0)
        guard probe != MAP_FAILED else { throw EvaluationError(.other, "out of memory") }
        munmap(probe, bytes + 1 << 20)
    }

    func checkInterrupt() throws(EvaluationError) {
        if state.pointee.interruptFlag.pointee != 0 {
            throw EvaluationError(.interrupted, "interrupted by the user")
        }
    }
}
