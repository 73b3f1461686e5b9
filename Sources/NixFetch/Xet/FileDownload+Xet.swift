import Synchronization

extension FileDownload {
    /// Bytes of a file whose parts are asked for at once.
    private static let window: Int64 = 4 << 30

    /// Fetches all that is missing, in chunks, from the store that has the file so.
    ///
    /// The caller holds a connection of the crew, which is given back here. Whatever fails, its place in the file is a gap
    /// that the next round asks for anew: with other addresses, and only for the chunks that are missing.
    ///
    /// - Returns: nil when the file is complete, else why it is not.
    func transferXet(
        _ file: XetFile, total: Int64, _ partial: PartialFile, signal: ProgressSignal
    ) async -> TransferError? {
        if partial.resumed == 0, let number = partial.reserve(total) {
            crew.leave()
            return TransferError(code: .write(number), url: request.url.redacted, reason: "cannot write")
        }
        let suspects = XetSuspects()
        var isSeated = true
        var attempt = 0
        while let gap = partial.state.withLock({ $0.written.firstGap(below: total) }) {
            if !isSeated { isSeated = await crew.help(file: index) }
            guard isSeated else { return cancelled }
            let before = partial.state.withLock { $0.written.count }
            let range = gap.lowerBound..<min(gap.upperBound, gap.lowerBound + Self.window)
            let queue: XetQueue
            do throws(TransferError) {
                let parts = try await file.service.reconstruction(
                    of: file.id, range, total: total, label: request.label)
                queue = XetQueue(parts.fetches, in: partial)
            } catch {
                crew.leave()
                return error
            }
            isSeated = false
            var failure = await drain(queue, partial, signal, suspects)
            let after = partial.state.withLock { $0.written.count }
            if failure == nil, after == before {
                failure = TransferError(
                    code: .tooShort, url: request.url.redacted, reason: "the list of a file's parts leaves some out")
            }
            guard let failure else { continue }
            if after > before { attempt = 0 }
            if let error = await decide(failure, &attempt) { return error }
        }
        if isSeated { crew.leave() }
        return nil
    }

    /// Waits where a further round may help; else the reason why none would.
    private func decide(_ error: TransferError, _ attempt: inout Int) async -> TransferError? {
        switch error.code {
        case .status(401), .status(403), .status(404), .status(410):
            // A signed address ran out: the next round has new ones.
            guard attempt == 0 else { return error }
            attempt += 1
            return nil
        default: return await recover(error, attempt: &attempt)
        }
    }

    /// Works through a queue with as many connections as there are; gives back the one it is called with.
    private func drain(
        _ queue: XetQueue, _ partial: PartialFile, _ signal: ProgressSignal, _ suspects: XetSuspects
    ) async -> TransferError? {
        await withTaskGroup(of: TransferError?.self) { group in
            group.addTask {
                defer { crew.leave() }
                while let fetch = queue.next() {
                    if let error = await perform(fetch, partial, signal, suspects) { return queue.stop(error) }
                }
                return nil
            }
            for _ in 1..<max(1, min(context.rangesAtOnce, queue.count)) {
                group.addTask {
                    while await crew.help(file: index) {
                        defer { crew.leave() }
                        guard let fetch = queue.next() else { return nil }
                        if let error = await perform(fetch, partial, signal, suspects) { return queue.stop(error) }
                    }
                    return nil
                }
            }
            var first: TransferError?
            while let outcome = await group.next() {
                guard let outcome, first == nil || first?.code == .cancelled else { continue }
                first = outcome
            }
            return first ?? (Task.isCancelled ? cancelled : nil)
        }
    }

    /// Makes one request; chunks of an answer that is damaged count as absent.
    private func perform(
        _ fetch: XetReconstruction.Fetch, _ partial: PartialFile, _ signal: ProgressSignal, _ suspects: XetSuspects
    ) async -> TransferError? {
        guard !Task.isCancelled else { return cancelled }
        let sink = XetSink(
            partial: partial, signal: signal, crew: crew,
            isLarge: request.size ?? 0 >= context.downloader.options.rangeThreshold, fetch: fetch,
            accepted: suspects[fetch.xorb])
        var exchange = context.exchange(fetch.url, AnonymousAuthorizer())
        exchange.headers.append("Range: bytes=\(fetch.bytes.lowerBound)-\(fetch.bytes.upperBound)")
        exchange.decodesContent = false
        exchange.isFile = true
        exchange.isMultiplexed = fetch.bytes.count < 4 << 20
        guard case .failure(let error) = await context.downloader.perform(exchange, into: sink) else {
            guard !sink.isComplete else { return nil }
            return TransferError(
                code: .tooShort, url: fetch.url.redacted, reason: "the server sent fewer chunks than it should")
        }
        if case .damaged = error.code {
            suspects[fetch.xorb] = sink.wrongRoot
            let wrong = sink.written
            partial.state.withLock { $0.retract(wrong) }
        }
        return error
    }
}

/// What is still to be asked for, in the order of the file.
private final class XetQueue: Sendable {
    private struct State {
        var fetches: ArraySlice<XetReconstruction.Fetch>
        var isStopped = false
    }

    let count: Int
    private let state: Mutex<State>

    /// All that would write something that is missing.
    init(_ fetches: [XetReconstruction.Fetch], in partial: PartialFile) {
        let written = partial.state.withLock { $0.written }
        let missing = fetches.filter { fetch in fetch.uses.contains { !written.contains($0.range) } }
        count = missing.count
        state = Mutex(State(fetches: missing[...]))
    }

    func next() -> XetReconstruction.Fetch? {
        state.withLock { $0.isStopped ? nil : $0.fetches.popFirst() }
    }

    /// Nothing more is begun.
    func stop(_ error: TransferError) -> TransferError {
        state.withLock { $0.isStopped = true }
        return error
    }
}

/// Roots that xorbs were found to have in place of their own: whoever gives the same one twice has it so, and the digest of
/// the whole file decides.
private final class XetSuspects: Sendable {
    private let roots = Mutex<[String: XetHash]>([:])

    subscript(xorb: String) -> XetHash? {
        get { roots.withLock { $0[xorb] } }
        set { roots.withLock { $0[xorb] = newValue } }
    }
}
