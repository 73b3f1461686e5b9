/// Memory for code: nodes with their positions, tables and constants, kept until the evaluator goes.
///
/// Nodes lie in chunks of 64 KiB aligned to their size; a chunk ends with the positions of its nodes, so a node's position
/// costs nothing until an error asks for it.
final class CodeArena {
    private static let chunkBytes = 1 << 16
    private static let nodesPerChunk = chunkBytes / (MemoryLayout<Node>.stride + 4)
    private static let positionsOffset = nodesPerChunk * MemoryLayout<Node>.stride

    private var chunks: ContiguousArray<UnsafeMutableRawPointer> = []
    private var used = nodesPerChunk
    private var blocks: ContiguousArray<UnsafeMutableRawPointer> = []
    private var free: UnsafeMutableRawPointer?
    private var freeBytes = 0
    private(set) var nodeCount = 0

    deinit {
        for chunk in chunks { chunk.deallocate() }
        for block in blocks { block.deallocate() }
    }

    /// A new node; `position` is an index of the `PositionTable`.
    func add(_ node: Node, _ position: UInt32) -> NodePointer {
        if used == CodeArena.nodesPerChunk {
            let chunk = UnsafeMutableRawPointer.allocate(
                byteCount: CodeArena.chunkBytes, alignment: CodeArena.chunkBytes)
            chunks.append(chunk)
            used = 0
        }
        let chunk = chunks[chunks.count - 1]
        let pointer = (chunk + used * MemoryLayout<Node>.stride).assumingMemoryBound(to: Node.self)
        pointer.initialize(to: node)
        (chunk + CodeArena.positionsOffset).assumingMemoryBound(to: UInt32.self)[used] = position
        used += 1
        nodeCount += 1
        return pointer
    }

    /// The position that a node was added with.
    static func position(of node: NodePointer) -> UInt32 {
        let address = UInt(bitPattern: node)
        let chunk = UnsafeMutableRawPointer(bitPattern: address & ~UInt(chunkBytes - 1)).unsafelyUnwrapped
        let index = Int(address & UInt(chunkBytes - 1)) / MemoryLayout<Node>.stride
        return (chunk + positionsOffset).assumingMemoryBound(to: UInt32.self)[index]
    }

    /// Room for `count` values of a plain-data type, 8-byte aligned.
    func allocate<T>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
        let bytes = (max(count, 1) * MemoryLayout<T>.stride + 7) & ~7
        if bytes > freeBytes {
            let size = max(bytes, 1 << 16)
            let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
            blocks.append(block)
            free = block
            freeBytes = size
        }
        let result = free!
        free = result + bytes
        freeBytes -= bytes
        return result.bindMemory(to: type, capacity: max(count, 1))
    }

    /// A constant string object (see `Value`), outside the heap.
    func string(_ bytes: some Collection<UInt8>, context: UInt32 = 0) -> Value {
        let words = allocate(UInt.self, count: 1 + (bytes.count + 7) / 8)
        words[0] = UInt(bytes.count) | UInt(context) << 32
        let target = UnsafeMutableRawPointer(words + 1).assumingMemoryBound(to: UInt8.self)
        var index = 0
        for byte in bytes {
            target[index] = byte
            index += 1
        }
        return Value(.string, words)
    }

    /// A constant path.
    func path(_ bytes: some Collection<UInt8>) -> Value {
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
