import Glibc
import NixFormats

/// Hashes the NAR of a tree while its files arrive: reads each partial file behind its writers, in the NAR's order.
///
/// The SHA-256 digest of each file is computed in the same pass and put on the board.
/// Gives up, with nil, when a file it has read from begins anew; then the finished tree has to be hashed as a whole.
struct TreeHasher {
    /// The reading cannot go on.
    private struct Spoiled: Error {}

    private let board: ProgressBoard
    private let partials: DirectoryTree
    private var changes: AsyncStream<Void>.Iterator
    private let digests = Digests()
    // As much as stays in the processor's cache between the reading and the hashing.
    private var buffer = [UInt8](repeating: 0, count: 256 << 10)

    /// The open file and the NAR.
    private final class Digests {
        var pair = DigestPair()
    }

    private init(board: ProgressBoard, partials: DirectoryTree) {
        self.board = board
        self.partials = partials
        changes = board.changes.makeAsyncIterator()
    }

    /// Runs until the tree is hashed or the board ends.
    static func hash(_ plan: TreePlan, board: ProgressBoard, partials: DirectoryTree) async -> NARSummary? {
        var hasher = TreeHasher(board: board, partials: partials)
        let digests = hasher.digests
        let writer = NARWriter { digests.pair.updateSecond($0) }
        defer { board.endDigests() }
        do {
            var named: [String: NixHash] = [:]
            for key in plan.named { named[key] = try await hasher.digest(of: key) }
            try await hasher.write(plan.tree(named), to: writer)
            try writer.finish()
            return NARSummary(hash: digests.pair.finishSecond(), size: writer.byteCount)
        } catch {
            return nil
        }
    }

    private mutating func digest(of key: String) async throws -> NixHash {
        while true {
            if let digest = board[key]?.sha256 { return digest }
            let isOver = await changes.next() == nil
            if isOver, board[key]?.sha256 == nil { throw Spoiled() }
        }
    }

    private mutating func write(_ node: TreeNode, to writer: NARWriter) async throws {
        switch node {
        case .directory(let children):
            try writer.directory()
            for name in children.keys.sorted() {
                guard let child = children[name] else { continue }
                try writer.entry(name)
                try await write(child, to: writer)
            }
            try writer.endDirectory()
        case .link(let target): try writer.symlink(target: target)
        case .bytes(let bytes):
            try writer.regular(size: UInt64(bytes.count), isExecutable: false)
            try writer.contents(bytes)
        case .file(let path, let isExecutable): try copy(path, isExecutable, to: writer)
        case .download(let key, let isExecutable): try await follow(key, isExecutable, to: writer)
        }
    }

    private mutating func copy(_ path: String, _ isExecutable: Bool, to writer: NARWriter) throws {
        let file = Descriptor(
            try FileAccess.call("open", path) { open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) })
        try writer.regular(size: UInt64(try FileAccess.status(file).st_size), isExecutable: isExecutable)
        while true {
            let count = try FileAccess.call("read", path) { read(file.number, &buffer, buffer.count) }
            guard count > 0 else { return }
            try buffer.withUnsafeBytes { try writer.contents(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    /// Copies one file's bytes to the writer as they come.
    private mutating func follow(_ key: String, _ isExecutable: Bool, to writer: NARWriter) async throws {
        var file: (descriptor: Descriptor, generation: Int, size: Int64)?
        var position: Int64 = 0
        var isRead = false
        while true {
            let entry = board[key]
            if file == nil, let entry, let size = entry.total {
                let name = key + ".part"
                let descriptor = Descriptor(
                    try FileAccess.call("open", name) {
                        openat(partials.root.number, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
                    })
                file = (descriptor, entry.generation, size)
                try writer.regular(size: UInt64(size), isExecutable: isExecutable)
            }
            if let file, let entry {
                guard entry.generation == file.generation, entry.total == file.size else { throw Spoiled() }
                while position < min(entry.frontier, file.size) {
                    let wanted = Int(min(Int64(buffer.count), entry.frontier - position))
                    let count = try FileAccess.call("read", key) {
                        pread(file.descriptor.number, &buffer, wanted, off_t(position))
                    }
                    guard count > 0 else { throw Spoiled() }
                    let digests = digests
                    try buffer.withUnsafeBytes {
                        try writer.contents(UnsafeRawBufferPointer(rebasing: $0[..<count])) {
                            digests.pair.updateBoth($0)
                        }
                    }
                    position += Int64(count)
                }
                if position == file.size, !isRead {
                    isRead = true
                    board.post(digests.pair.finishFirst(), of: key, generation: file.generation)
                }
                if position == file.size, entry.sha256 != nil { return }
            }
            let isOver = await changes.next() == nil
            // The board's last change may have come with its end.
            if isOver, board[key] == entry { throw Spoiled() }
        }
    }
}
