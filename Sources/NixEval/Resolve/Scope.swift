import NixSyntax

/// Where names are bound while a file is resolved: for each symbol its innermost binding, found in one step.
///
/// One table serves all files of an evaluator; between files it is empty. A handle: `free` ends it.
struct ScopeTable {
    /// What a binding hid.
    private struct Hidden {
        var symbol: Int32
        var binding: UInt64
    }

    private struct State {
        /// For each symbol the depth of its frame and the word in it, or `none`.
        var innermost: UnsafeMutableBufferPointer<UInt64>
        var hidden: UnsafeMutableBufferPointer<Hidden>
        var count = 0
    }

    /// In memory of its own, so that binding a name pays for no exclusivity checks.
    private let state: UnsafeMutablePointer<State>
    private static let none = UInt64.max

    init() {
        let innermost = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: 2048)
        innermost.initialize(repeating: ScopeTable.none)
        state = .allocate(capacity: 1)
        state.initialize(to: State(innermost: innermost, hidden: .allocate(capacity: 256)))
    }

    func free() {
        state.pointee.innermost.deallocate()
        state.pointee.hidden.deallocate()
        state.deallocate()
    }

    @inline(__always) var mark: Int { state.pointee.count }

    /// Binds `symbol` to a word of the frame at `depth`.
    @inline(__always)
    func bind(_ symbol: Symbol, depth: Int, slot: Int) {
        let index = Int(symbol.rawValue)
        if index >= state.pointee.innermost.count { growSymbols(index) }
        let count = state.pointee.count
        if count == state.pointee.hidden.count { growHidden() }
        let innermost = state.pointee.innermost
        state.pointee.hidden[count] = Hidden(symbol: symbol.rawValue, binding: innermost[index])
        innermost[index] = UInt64(UInt32(truncatingIfNeeded: depth)) << 32 | UInt64(UInt32(truncatingIfNeeded: slot))
        state.pointee.count = count &+ 1
    }

    /// Forgets all bindings made since `mark`.
    @inline(__always)
    func unbind(to mark: Int) {
        let innermost = state.pointee.innermost
        let hidden = state.pointee.hidden
        var count = state.pointee.count
        while count > mark {
            count &-= 1
            innermost[Int(hidden[count].symbol)] = hidden[count].binding
        }
        state.pointee.count = count
    }

    /// Depth of the frame and word in it, or nil.
    @inline(__always)
    func find(_ symbol: Symbol) -> (depth: Int, slot: Int)? {
        let index = Int(symbol.rawValue)
        guard index < state.pointee.innermost.count else { return nil }
        let binding = state.pointee.innermost[index]
        return binding == ScopeTable.none ? nil : (Int(binding >> 32), Int(truncatingIfNeeded: binding & 0xFFFF_FFFF))
    }

    @inline(never)
    private func growSymbols(_ index: Int) {
        let old = state.pointee.innermost
        let larger = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: index * 2)
        larger.initialize(repeating: ScopeTable.none)
        for symbol in old.indices { larger[symbol] = old[symbol] }
        old.deallocate()
        state.pointee.innermost = larger
    }

    @inline(never)
    private func growHidden() {
        let old = state.pointee.hidden
        let larger = UnsafeMutableBufferPointer<Hidden>.allocate(capacity: old.count * 2)
        for index in old.indices { larger.initializeElement(at: index, to: old[index]) }
        old.deallocate()
        state.pointee.hidden = larger
    }
}

/// Names of the global scope and the root cells of their values, by symbol.
struct GlobalTable {
    private var cells: ContiguousArray<Words?> = []

    /// All names, in no order.
    var keys: [Symbol] { cells.indices.filter { cells[$0] != nil }.map { Symbol(rawValue: Int32($0)) } }

    subscript(symbol: Symbol) -> Words? {
        @inline(__always)
        get {
            let index = Int(symbol.rawValue)
            return index < cells.count ? cells[index] : nil
        }
        set {
            let index = Int(symbol.rawValue)
            if index >= cells.count {
                cells.append(contentsOf: repeatElement(nil, count: max(index + 1, cells.count * 2) - cells.count))
            }
            cells[index] = newValue
        }
    }
}

/// A frame while the code that runs in it is resolved.
///
/// `let`s in tail position of the frame's code put their slots into it instead of making a frame of their own: such
/// code runs at most once for each frame.
struct FrameContext {
    /// How many frames are outside it.
    let depth: Int
    /// First free word; 0 is the link to the outer frame.
    var next = 1
    /// Words that the frame must have.
    var words = 1

    init(depth: Int) { self.depth = depth }

    /// Takes `count` words and returns the first.
    mutating func take(_ count: Int) -> Int {
        let first = next
        next += count
        words = max(words, next)
        return first
    }
}
