import Glibc
import Synchronization

/// Writes one range of a file, as one transfer delivers it.
///
/// All sinks of a downloader are called on its transfer thread, one at a time, so writing and truncating never race.
/// libcurl delivers 16 KiB at a time; they are collected, because the kernel writes larger pieces at half the price.
final class PartSink: TransferSink {
    private struct Progress: Sendable {
        var generation: Int
        /// Where the collected bytes belong.
        var position: Int64
        /// Where the answer's body ends; `Int64.max` while that is unknown.
        var bodyEnd: Int64
        var received: Int64 = 0
        var pending: [UInt8] = []
    }

    /// Bytes that are written at once; a small part of what a transfer is given at a time.
    private var pieceSize: Int { Int(min(128 << 10, step / 8)) }

    private let partial: PartialFile
    private let signal: ProgressSignal
    private let crew: TransferBatch
    /// The size that is promised by someone else than this server.
    private let knownSize: Int64?
    /// More than the whole file may have is refused.
    private let largestSize: Int64
    /// Whether libcurl undoes a `Content-Encoding`; otherwise the bytes are taken as they are stored.
    private let decodes: Bool
    /// From this size on a file counts as large.
    private let largeSize: Int64
    private let part: FilePart
    /// How far this transfer goes on at a time into what nobody else took.
    private let step: Int64
    private let progress: Mutex<Progress>

    init(
        partial: PartialFile, signal: ProgressSignal, crew: TransferBatch, part: FilePart, knownSize: Int64?,
        largestSize: Int64, decodes: Bool, largeSize: Int64, step: Int64
    ) {
        self.partial = partial
        self.signal = signal
        self.crew = crew
        self.knownSize = knownSize
        self.largestSize = largestSize
        self.decodes = decodes
        self.largeSize = largeSize
        self.part = part
        self.step = step
        progress = Mutex(
            Progress(generation: part.generation, position: part.range.lowerBound, bodyEnd: part.range.upperBound))
    }

    /// Bytes taken so far.
    var received: Int64 { progress.withLock { $0.received } }

    /// Whether a body of unknown length is over; one of known length tells by what is written.
    var isOpenEnded: Bool { progress.withLock { $0.bodyEnd == .max } }

    func begin(_ head: ResponseHead) -> TransferError.Code? {
        let refusal = progress.withLock { progress in
            partial.state.withLock { state -> TransferError.Code? in
                guard progress.generation == state.generation else { return .superseded }
                return head.status == 206
                    ? beginRange(head, &progress, &state) : beginWhole(head, &progress, &state)
            }
        }
        if refusal == nil, let latency = head.latency {
            crew.answered(partial.state.withLock { $0.total ?? 0 } >= largeSize ? .large : .small, after: latency)
        }
        if refusal == nil { signal.openGate() }
        return refusal
    }

    /// A part of the file: it must be the one asked for, of the version begun.
    private func beginRange(
        _ head: ResponseHead, _ progress: inout Progress, _ state: inout PartialFile.State
    ) -> TransferError.Code? {
        guard part.asksRange, let range = head.contentRange, range.start == progress.position, let last = range.end,
            last < part.range.upperBound
        else { return .badRange }
        let total = range.total ?? state.total
        let isOther = state.total != nil && total != state.total || !state.validators.agrees(with: head.validators)
        // What is stored compressed has parts like any other file.
        let isEncoded = head.hasContentEncoding && (decodes || range.total == nil)
        if isOther || isEncoded {
            // A compressed part cannot be put together with others: ask for the whole file instead.
            if isEncoded { state.isSequential = true }
            state.begin(validators: Validators(), total: knownSize)
            return truncate() ?? .changed
        }
        if let total, last >= total { return .badRange }
        if let total, total > largestSize { return .tooLong }
        if state.validators == Validators() { state.validators = head.validators }
        state.total = total
        state.hasRanges = true
        progress.bodyEnd = last + 1
        return nil
    }

    /// The whole file from its first byte, whatever was asked for.
    private func beginWhole(
        _ head: ResponseHead, _ progress: inout Progress, _ state: inout PartialFile.State
    ) -> TransferError.Code? {
        if head.hasContentEncoding, !decodes, knownSize != nil, head.contentLength != knownSize {
            // Compressed on the way, not what is stored: the next try undoes it.
            state.isEncodedOnTheWay = true
            return .badRange
        }
        let isDecoded = head.hasContentEncoding && decodes
        let length = isDecoded ? nil : head.contentLength
        if let length, let knownSize, length != knownSize { return length > knownSize ? .tooLong : .tooShort }
        let total = knownSize ?? length
        if let total, total > largestSize { return .tooLong }
        let ignoresRange = part.asksRange && (progress.position > 0 || part.range.upperBound < total ?? .max)
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
        if let total, state.written.ranges.isEmpty, let number = partial.reserve(total) { return .write(number) }
        state.validators = head.validators
        // The digest is of what is sent, not of what it unpacks to.
        state.promised = isDecoded ? nil : head.promisedDigest
        state.total = total
        state.hasRanges = !isDecoded && head["accept-ranges"]?.lowercased() == "bytes"
        progress.position = 0
        progress.bodyEnd = total ?? .max
        state.claims[part.claim] = PartClaim(next: 0, end: progress.bodyEnd)
        return nil
    }

    private func truncate() -> TransferError.Code? {
        ftruncate(partial.descriptor.number, 0) == 0 ? nil : .write(errno)
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> SinkVerdict {
        progress.withLock { progress in
            progress.pending.append(contentsOf: bytes)
            return progress.pending.count < pieceSize ? .more : flush(&progress)
        }
    }

    func end() -> TransferError.Code? {
        progress.withLock { progress in
            guard !progress.pending.isEmpty, case .fail(let code) = flush(&progress) else { return nil }
            return code
        }
    }

    /// Writes what is collected, as far as it is this transfer's to write.
    private func flush(_ progress: inout Progress) -> SinkVerdict {
        defer { progress.pending.removeAll(keepingCapacity: true) }
        let start = progress.position
        let count = Int64(progress.pending.count)
        if count > largestSize - start { return .fail(.tooLong) }
        let room = progress.bodyEnd - start
        if count > room, partial.state.withLock({ $0.total == progress.bodyEnd }) { return .fail(.tooLong) }
        let (isCurrent, limit) = partial.state.withLock { state in
            (state.generation == progress.generation, claim(start + min(count, room), progress, &state))
        }
        guard isCurrent else { return .fail(.superseded) }
        let accepted = Int(max(0, min(count, limit - start)))
        let problem = progress.pending.withUnsafeBytes {
            FileAccess.writeAll(
                partial.descriptor.number, UnsafeRawBufferPointer(rebasing: $0[..<accepted]), at: start)
        }
        if let problem { return .fail(.write(problem)) }
        progress.position += Int64(accepted)
        progress.received += Int64(accepted)
        let end = progress.position
        partial.state.withLock { state in
            state.written.insert(start..<end)
            state.claims[part.claim]?.next = end
        }
        signal.advance(accepted)
        crew.count(accepted)
        return end >= limit && end < progress.bodyEnd ? .enough : .more
    }

    /// Takes more of the file for this transfer while nobody else has it; returns where it has to stop.
    private func claim(_ wanted: Int64, _ progress: Progress, _ state: inout PartialFile.State) -> Int64 {
        guard let claim = state.claims[part.claim] else { return wanted }
        if claim.end < progress.bodyEnd, claim.end <= wanted {
            let free = state.firstTaken(from: claim.end, besides: part.claim)
            state.claims[part.claim]?.end = min(progress.bodyEnd, free, max(wanted, claim.end.addingClamped(step)))
        }
        return state.claims[part.claim]?.end ?? wanted
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

extension Int64 {
    /// The sum, or the largest number where it would overflow.
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
