import Glibc
import NixFormats
import Synchronization

/// Unpacks the chunks of one request and writes them wherever the file has them.
///
/// Called on the transfer thread only, one call at a time.
final class XetSink: TransferSink {
    private struct Progress: ~Copyable {
        var chunks = XetChunks()
        /// The number of the next chunk.
        var next: Int
        /// How many uses have begun, in the order of their first chunks.
        var begun = 0
        /// Those that go on, and where the next chunk of each goes.
        var active: [(use: XetReconstruction.Use, position: Int64)] = []
        /// Hash and length of each chunk, when they may be all of the xorb's.
        var hashes: [(hash: XetHash, length: Int)] = []
        /// What was written.
        var written: [Range<Int64>] = []
        /// Bytes of the xorb behind those that were asked for.
        var rest: Int64?
        var root: XetHash?
    }

    private let partial: PartialFile
    private let signal: ProgressSignal
    private let crew: TransferBatch
    /// Whether the file counts as large among those that share the connections.
    private let isLarge: Bool
    private let fetch: XetReconstruction.Fetch
    private let uses: [XetReconstruction.Use]
    /// The root that the same request gave before: the service itself has it so.
    private let accepted: XetHash?
    private let progress: Mutex<Progress>

    init(
        partial: PartialFile, signal: ProgressSignal, crew: TransferBatch, isLarge: Bool,
        fetch: XetReconstruction.Fetch,
        accepted: XetHash?
    ) {
        self.partial = partial
        self.signal = signal
        self.crew = crew
        self.isLarge = isLarge
        self.fetch = fetch
        self.accepted = accepted
        uses = fetch.uses.sorted { $0.chunks.lowerBound < $1.chunks.lowerBound }
        progress = Mutex(Progress(next: fetch.chunks.lowerBound))
    }

    /// The ranges of the file that this request wrote.
    var written: [Range<Int64>] { progress.withLock { $0.written } }

    /// Whether all chunks have come; an answer without failure may have fewer.
    var isComplete: Bool { progress.withLock { isComplete($0) } }

    private func isComplete(_ progress: borrowing Progress) -> Bool {
        progress.next == fetch.chunks.upperBound && progress.chunks.isAtBoundary
    }

    /// What the chunks' hashes came to, where they could be all of the xorb's and it has another hash.
    var wrongRoot: XetHash? { progress.withLock { $0.root } }

    func begin(_ head: ResponseHead) -> TransferError.Code? {
        guard !head.hasContentEncoding else { return .badRange }
        if let latency = head.latency { crew.answered(isLarge ? .large : .small, after: latency) }
        if head.status == 206 {
            guard let range = head.contentRange, range.start == fetch.bytes.lowerBound,
                range.end == fetch.bytes.upperBound
            else { return .badRange }
            progress.withLock { $0.rest = range.total.map { $0 - fetch.bytes.upperBound - 1 } }
            return nil
        }
        // The whole xorb, where nothing else was asked for.
        guard fetch.bytes.lowerBound == 0, head.contentLength == Int64(fetch.bytes.count) else { return .badRange }
        progress.withLock { $0.rest = 0 }
        return nil
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> SinkVerdict {
        crew.count(bytes.count)
        return progress.withLock { progress in
            progress.chunks.append(bytes)
            do throws(FormatError) {
                while true {
                    let number = progress.next
                    while progress.begun < uses.count, uses[progress.begun].chunks.lowerBound == number {
                        let use = uses[progress.begun]
                        progress.active.append((use, use.range.lowerBound))
                        progress.begun += 1
                    }
                    var active = exchange(&progress.active, with: [])
                    var entry: (hash: XetHash, length: Int)?
                    var written: [Range<Int64>] = []
                    let outcome = try progress.chunks.next { content -> TransferError.Code? in
                        guard fetch.chunks.contains(number) else {
                            return .damaged("a xorb has more chunks than it should")
                        }
                        if fetch.chunks.lowerBound == 0 { entry = (XetHash(chunk: content), content.count) }
                        return place(content, number, &active, &written)
                    }
                    progress.active = active
                    progress.written += written
                    guard let outcome else { return .more }
                    if let outcome { return .fail(outcome) }
                    progress.next += 1
                    if let entry { progress.hashes.append(entry) }
                }
            } catch {
                return .fail(.damaged(error.message))
            }
        }
    }

    /// Writes a chunk to each of its places.
    private func place(
        _ content: UnsafeRawBufferPointer, _ number: Int,
        _ active: inout [(use: XetReconstruction.Use, position: Int64)], _ written: inout [Range<Int64>]
    ) -> TransferError.Code? {
        for index in active.indices {
            let (use, position) = active[index]
            let range = position..<position + Int64(content.count)
            guard range.upperBound <= use.range.upperBound else {
                return .damaged("a term is longer than it should be")
            }
            if number == use.chunks.upperBound - 1, range.upperBound != use.range.upperBound {
                return .damaged("a term is shorter than it should be")
            }
            active[index].position = range.upperBound
            // What is there is not written again, while somebody hashes it.
            guard !partial.state.withLock({ $0.written.contains(range) }) else { continue }
            if let number = FileAccess.writeAll(partial.descriptor.number, content, at: range.lowerBound) {
                return .write(number)
            }
            partial.state.withLock { $0.written.insert(range) }
            written.append(range)
            signal.advance(content.count)
        }
        active.removeAll { $0.use.chunks.upperBound == number + 1 }
        return nil
    }

    func end() -> TransferError.Code? {
        progress.withLock { progress in
            guard isComplete(progress) else { return nil }
            let count = Int64(fetch.chunks.upperBound)
            // Behind the chunks a xorb has nothing, or a table of 92 bytes, 40 for each chunk, and its length.
            guard fetch.chunks.lowerBound == 0, progress.rest == 0 || progress.rest == 96 + 40 * count else {
                return nil
            }
            let root = XetHash.root(of: progress.hashes)
            guard root?.text != fetch.xorb, root != accepted else { return nil }
            progress.root = root
            return .damaged("the chunks of a xorb have another hash than it")
        }
    }
}
