import NixSyntax

/// Memory for code: nodes with their positions, tables and constants, kept until the evaluator goes.
///
/// Nodes lie in chunks of 64 KiB aligned to their size; a chunk ends with the positions of its nodes, so a node's position
/// costs nothing until an error asks for it. A handle: `free` ends it.
struct CodeArena {
    private static let chunkBytes = 1 << 16
    private static let nodesPerChunk = chunkBytes / (MemoryLayout<Node>.stride + 4)
    private static let positionsOffset = nodesPerChunk * MemoryLayout<Node>.stride
    /// Where a chunk has the address of the next one: what nodes and positions leave over.
    private static let nextChunkOffset = chunkBytes - MemoryLayout<UInt>.stride
    private static let largestSlab = 1 << 20

    private struct State {
        var chunk: UnsafeMutableRawPointer?
        var used = nodesPerChunk
        var free: UnsafeMutableRawPointer?
        var freeBytes = 0
        var chunks: ContiguousArray<UnsafeMutableRawPointer> = []
        /// What chunks and blocks are cut from, and what is left of the last.
        var slabs: ContiguousArray<UnsafeMutableRawPointer> = []
        var slab: UnsafeMutableRawPointer?
        var slabBytes = 0
        var allSlabBytes = 0
    }
    /// In memory of its own, so that adding a node pays for no exclusivity checks and no reference counting.
    private let state: UnsafeMutablePointer<State>

    init() {
        state = .allocate(capacity: 1)
        state.initialize(to: State())
    }

    /// Gives everything back.
    func free() {
        for slab in state.pointee.slabs { slab.deallocate() }
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// A new node; `position` is an index of the `PositionTable`.
    @inline(__always)
    func add(_ node: Node, _ position: UInt32) -> NodePointer {
        if state.pointee.used == CodeArena.nodesPerChunk { addChunk() }
        let chunk = state.pointee.chunk.unsafelyUnwrapped
        let used = state.pointee.used
        let pointer = (chunk + used &* MemoryLayout<Node>.stride).assumingMemoryBound(to: Node.self)
        pointer.initialize(to: node)
        (chunk + CodeArena.positionsOffset).assumingMemoryBound(to: UInt32.self)[used] = position
        state.pointee.used = used &+ 1
        return pointer
    }

    @inline(never)
    private func addChunk() {
        let chunk = cut(CodeArena.chunkBytes)
        (chunk + CodeArena.nextChunkOffset).storeBytes(of: 0, as: UInt.self)
        if let last = state.pointee.chunk {
            (last + CodeArena.nextChunkOffset).storeBytes(of: UInt(bitPattern: chunk), as: UInt.self)
        }
        state.pointee.chunks.append(chunk)
        state.pointee.chunk = chunk
        state.pointee.used = 0
    }

    /// The chunk of a node and the node's index in it.
    private static func place(of node: NodePointer) -> (chunk: UnsafeMutableRawPointer, index: Int) {
        let address = UInt(bitPattern: node)
        let chunk = UnsafeMutableRawPointer(bitPattern: address & ~UInt(chunkBytes - 1)).unsafelyUnwrapped
        return (chunk, Int(address & UInt(chunkBytes - 1)) / MemoryLayout<Node>.stride)
    }

    /// The position that a node was added with.
    static func position(of node: NodePointer) -> UInt32 {
        let (chunk, index) = place(of: node)
        return (chunk + positionsOffset).assumingMemoryBound(to: UInt32.self)[index]
    }

    /// The node that was added after another one; nil after the last.
    func following(_ node: NodePointer) -> NodePointer? {
        let (chunk, index) = CodeArena.place(of: node)
        if chunk == state.pointee.chunk, index + 1 == state.pointee.used { return nil }
        if index + 1 < CodeArena.nodesPerChunk { return node + 1 }
        return NodePointer(bitPattern: (chunk + CodeArena.nextChunkOffset).load(as: UInt.self))
    }

    /// Room for `count` values of a plain-data type, 8-byte aligned.
    @inline(__always)
    func allocate<T>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
        let bytes = (max(count, 1) &* MemoryLayout<T>.stride &+ 7) & ~7
        let result = scratch(type, count: count)
        state.pointee.free = UnsafeMutableRawPointer(result) + bytes
        state.pointee.freeBytes &-= bytes
        return result
    }

    /// The same room without taking it: the next allocation has it again.
    @inline(__always)
    func scratch<T>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
        let bytes = (max(count, 1) &* MemoryLayout<T>.stride &+ 7) & ~7
        if bytes > state.pointee.freeBytes { addBlock(bytes) }
        return state.pointee.free.unsafelyUnwrapped.bindMemory(to: type, capacity: max(count, 1))
    }

    @inline(never)
    private func addBlock(_ bytes: Int) {
        let size = (bytes + CodeArena.chunkBytes - 1) & ~(CodeArena.chunkBytes - 1)
        state.pointee.free = cut(size)
        state.pointee.freeBytes = size
    }

    /// Memory for chunks and blocks, a multiple of the size of a chunk and aligned to it.
    private func cut(_ bytes: Int) -> UnsafeMutableRawPointer {
        if bytes > state.pointee.slabBytes {
            let usual = min(state.pointee.allSlabBytes / 4, CodeArena.largestSlab) & ~(CodeArena.chunkBytes - 1)
            let size = max(bytes, usual)
            let slab = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: CodeArena.chunkBytes)
            if size > CodeArena.chunkBytes { FreshMemory.populate(slab, count: size) }
            state.pointee.slabs.append(slab)
            state.pointee.slab = slab
            state.pointee.slabBytes = size
            state.pointee.allSlabBytes += size
        }
        let result = state.pointee.slab.unsafelyUnwrapped
        state.pointee.slab = result + bytes
        state.pointee.slabBytes -= bytes
        return result
    }

    /// A constant string object (see `Value`), outside the heap.
    func string(_ bytes: UnsafeBufferPointer<UInt8>, context: UInt32 = 0) -> Value {
        let words = allocate(UInt.self, count: 1 + (bytes.count + 7) / 8)
        words[0] = UInt(bytes.count) | UInt(context) << 32
        let target = UnsafeMutableRawPointer(words + 1).assumingMemoryBound(to: UInt8.self)
        if let source = bytes.baseAddress { target.update(from: source, count: bytes.count) }
        return Value(.string, words)
    }

    func string(_ bytes: [UInt8]) -> Value { bytes.withUnsafeBufferPointer { string($0) } }

    /// A constant path.
    func path(_ bytes: [UInt8]) -> Value {
        let text = string(bytes)
        let words = allocate(UInt.self, count: 2)
        words[0] = BoxKind.path.rawValue << 3 | Tag.integer.rawValue
        words[1] = text.bits
        return Value(.boxed, words)
    }

    func integer(_ value: Int64) -> Value {
        if Value.fitsSmall(Int(value)) { return Value(smallInteger: Int(value)) }
        return box(.integer, UInt(bitPattern: Int(value)))
    }

    func float(_ value: Double) -> Value { box(.float, UInt(value.bitPattern)) }

    private func box(_ kind: BoxKind, _ payload: UInt) -> Value {
        let words = allocate(UInt.self, count: 2)
        words[0] = kind.rawValue << 3 | Tag.integer.rawValue
        words[1] = payload
        return Value(.boxed, words)
    }

    /// Forgets every inline cache.
    ///
    /// They hold addresses of shapes without keeping the shapes.
    func clearCaches() {
        let chunks = state.pointee.chunks
        let used = state.pointee.used
        for (index, chunk) in chunks.enumerated() {
            let nodes = chunk.assumingMemoryBound(to: Node.self)
            for node in 0..<(index == chunks.count - 1 ? used : CodeArena.nodesPerChunk) {
                switch nodes[node].opcode {
                case .select, .withVariable: nodes[node].b = 0
                case .lambda:
                    let code = UnsafeMutablePointer<LambdaCode>(bitPattern: nodes[node].a).unsafelyUnwrapped
                    UnsafeMutablePointer<PatternCode>(bitPattern: code.pointee.pattern)?.pointee.cachedShape = 0
                default: break
                }
            }
        }
    }
}
