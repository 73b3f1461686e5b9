import Glibc
import Synchronization

/// Writes one range of a file, as one transfer delivers it.
///
/// All sinks of a downloader are called on its transfer thread, one at a time, so writing and truncating never race.
final class PartSink: TransferSink {
    private struct Progress: Sendable {
        var generation: Int
        var claim: Int
        var position: Int64
        var end: Int64
        var received: Int64 = 0
    }

    private let partial: PartialFile
    private let signal: ProgressSignal
    /// The size that is promised by someone else than this server.
    private let knownSize: Int64?
    private let asksRange: Bool
    /// Where a transfer of a whole large file is cut so that others can fetch the rest.
    private let cut: (threshold: Int64, size: Int64)?
    private let isDigestKnown: Bool
    private let progress: Mutex<Progress>

    init(
        partial: PartialFile, signal: ProgressSignal, part: FilePart, knownSize: Int64?,
        cut: (threshold: Int64, size: Int64)?, isDigestKnown: Bool
    ) {
        self.partial = partial
        self.signal = signal
        self.knownSize = knownSize
        self.cut = cut
        self.isDigestKnown = isDigestKnown
        asksRange = part.asksRange
        progress = Mutex(
            Progress(
                generation: part.generation, claim: part.claim, position: part.range.lowerBound,
                end: part.range.upperBound))
    }

    /// Bytes taken so far.
    var received: Int64 { progress.withLock { $0.received } }

    /// Whether the range (as it stands after the answer's head) is complete; a range without known end always is.
    var isComplete: Bool { progress.withLock { $0.end == .max || $0.position >= $0.end } }

    func begin(_ head: ResponseHead) -> TransferError.Code? {
        let refusal = progress.withLock { progress in
            partial.state.withLock { state -> TransferError.Code? in
                guard progress.generation == state.generation else { return .superseded }
                return head.status == 206
                    ? beginRange(head, &progress, &state) : beginWhole(head, &progress, &state)
            }
        }
        if refusal == nil { signal.openGate() }
        return refusal
    }

    /// A part of the file: it must be the one asked for, of the version begun.
    private func beginRange(
        _ head: ResponseHead, _ progress: inout Progress, _ state: inout PartialFile.State
    ) -> TransferError.Code? {
        guard asksRange, let range = head.contentRange, range.start == progress.position else { return .badRange }
        let total = range.total ?? state.total
        let isOther = state.total != nil && total != state.total || !state.validators.agrees(with: head.validators)
        if isOther || head.hasContentEncoding {
            // A compressed part cannot be put together with others: ask for the whole file instead.
            if head.hasContentEncoding { state.isSequential = true }
            state.begin(validators: Validators(), total: knownSize)
            return truncate() ?? .changed
        }
        if state.validators == Validators() { state.validators = head.validators }
        state.total = total
        state.hasRanges = true
        return nil
    }

    /// The whole file from its first byte, whatever was asked for.
    private func beginWhole(
        _ head: ResponseHead, _ progress: inout Progress, _ state: inout PartialFile.State
    ) -> TransferError.Code? {
        let length = head.hasContentEncoding ? nil : head.contentLength
        if let length, let knownSize, length != knownSize { return length > knownSize ? .tooLong : .tooShort }
        let total = knownSize ?? length
        let ignoresRange = asksRange && (progress.position > 0 || progress.end < total ?? .max)
        let isOther = !state.written.ranges.isEmpty || (state.total != nil && length != nil && state.total != length)
        if ignoresRange || isOther {
            // Begin anew within this answer; the other transfers of this file end.
            guard state.restarts < 4 else { return .changed }
            state.begin(validators: head.validators, total: total)
            if let problem = truncate() { return problem }
            state.isSequential = ignoresRange
            progress.generation = state.generation
            progress.received = 0
        }
        state.validators = head.validators
        state.total = total
        state.hasRanges = !head.hasContentEncoding && head["accept-ranges"]?.lowercased() == "bytes"
        progress.position = 0
        progress.end = total ?? .max
        let canJoin = isDigestKnown || state.validators.ifRange != nil
        if let cut, let total, total >= cut.threshold, state.hasRanges, canJoin, !state.isSequential {
            progress.end = min(cut.size, total)
        }
        state.claims[progress.claim] = 0..<progress.end
        return nil
    }

    private func truncate() -> TransferError.Code? {
        ftruncate(partial.descriptor.number, 0) == 0 ? nil : .write(errno)
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> SinkVerdict {
        progress.withLock { progress in
            let (generation, total) = partial.state.withLock { ($0.generation, $0.total) }
            guard generation == progress.generation else { return .fail(.superseded) }
            let room = progress.end - progress.position
            let isTooLong = Int64(bytes.count) > room
            if isTooLong, progress.end == total { return .fail(.tooLong) }
            let accepted = isTooLong ? UnsafeRawBufferPointer(rebasing: bytes[..<Int(room)]) : bytes
            if let number = FileAccess.writeAll(partial.descriptor.number, accepted, at: progress.position) {
                return .fail(.write(number))
            }
            let start = progress.position
            progress.position += Int64(accepted.count)
            progress.received += Int64(accepted.count)
            let end = progress.position
            partial.state.withLock { $0.written.insert(start..<end) }
            signal.advance(accepted.count)
            return progress.position == progress.end && progress.end != total ? .enough : .more
        }
    }
}

/// A range of a file that one transfer is to fetch.
struct FilePart: Sendable {
    let claim: Int
    let generation: Int
    /// `upperBound` is `Int64.max` while the size is unknown.
    let range: Range<Int64>
    /// Whether the request carries `Range`.
    let asksRange: Bool
    /// The value of `If-Range`.
    let ifRange: String?
}

/// Tells the hashing task that bytes arrived, and waiting workers that the first answer's head did.
final class ProgressSignal: Sendable {
    private struct Gate {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var pending = 0
    }

    /// One element whenever about a mebibyte more is there; elements not yet taken are merged.
    let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let gate = Mutex(Gate())

    init() {
        (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Counts bytes that arrived.
    func advance(_ count: Int) {
        let isDue = gate.withLock { gate in
            gate.pending += count
            guard gate.pending >= 1 << 20 else { return false }
            gate.pending = 0
            return true
        }
        if isDue { continuation.yield() }
    }

    /// No more bytes will come.
    func finish() {
        continuation.finish()
        openGate()
    }

    /// Lets the waiting workers go.
    func openGate() {
        let waiting = gate.withLock { gate in
            gate.isOpen = true
            defer { gate.waiting = [] }
            return gate.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when the gate is open.
    func waitForGate() async {
        await withCheckedContinuation { continuation in
            let isOpen = gate.withLock { gate in
                if !gate.isOpen { gate.waiting.append(continuation) }
                return gate.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}
