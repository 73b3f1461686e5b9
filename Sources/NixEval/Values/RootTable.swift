/// Cells that are roots for the life of the evaluator: shapes of literals, globals, imported files.
final class RootTable {
    private let heap: Heap
    private var chunk: Words?
    private var used = 0
    private var chunks: [Words] = []
    private static let chunkWords = 1024

    init(heap: Heap) { self.heap = heap }

    deinit { for chunk in chunks { chunk.deallocate() } }

    /// A new root cell holding `word`; its address never changes.
    @discardableResult
    func add(_ word: UInt) -> Words {
        if chunk == nil || used == RootTable.chunkWords {
            let new = Words.allocate(capacity: RootTable.chunkWords)
            new.initialize(repeating: 0, count: RootTable.chunkWords)
            heap.registerRoots(new, count: RootTable.chunkWords)
            chunks.append(new)
            chunk = new
            used = 0
        }
        let cell = chunk.unsafelyUnwrapped + used
        cell.pointee = word
        used += 1
        return cell
    }
}
