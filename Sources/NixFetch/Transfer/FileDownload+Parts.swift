import Synchronization

extension FileDownload {
    /// Fetches all that is missing: one transfer, or several at once for a large file whose server has ranges.
    ///
    /// - Returns: nil when the file is complete, else why it is not.
    func transfer(_ partial: PartialFile, signal: ProgressSignal) async -> TransferError? {
        let shared = SharedLocation()
        return await withTaskGroup(of: TransferError?.self) { group in
            for index in 0..<context.rangesAtOnce {
                group.addTask {
                    if index > 0 {
                        await signal.waitForGate()
                        guard partial.state.withLock({ self.isParallel($0) }) else { return nil }
                    }
                    let error = await self.work(partial, signal: signal, location: shared)
                    signal.openGate()
                    return error
                }
            }
            var first: TransferError?
            while let outcome = await group.next() {
                guard let outcome, first == nil || first?.code == .cancelled else { continue }
                first = outcome
                group.cancelAll()
            }
            let isComplete = partial.state.withLock { $0.total == $0.written.frontier }
            return first
                ?? (isComplete
                    ? nil
                    : TransferError(
                        code: .tooShort, url: request.url.redacted, reason: "the server did not send the whole file"))
        }
    }

    /// Where an earlier request of this file was redirected to.
    struct Location: Sendable {
        let url: URLReference
        let isAuthorized: Bool
    }

    /// The location that all transfers of one file share.
    final class SharedLocation: Sendable {
        private let value = Mutex<Location?>(nil)

        var current: Location? {
            get { value.withLock { $0 } }
            set { value.withLock { $0 = newValue } }
        }
    }

    private func isParallel(_ state: PartialFile.State) -> Bool {
        guard let total = state.total, !state.isSequential, state.hasRanges else { return false }
        return total >= context.downloader.options.rangeThreshold
            && (state.validators.ifRange != nil || request.isDigestKnown)
    }

    /// Takes part after part until none is left.
    private func work(
        _ partial: PartialFile, signal: ProgressSignal, location: SharedLocation
    ) async -> TransferError? {
        var attempt = 0
        while let part = partial.state.withLock({ claim(&$0) }) {
            let options = context.downloader.options
            let sink = PartSink(
                partial: partial, signal: signal, part: part, knownSize: request.size,
                cut: part.asksRange ? nil : (options.rangeThreshold, options.rangeSize),
                isDigestKnown: request.isDigestKnown)
            let start = location.current
            let result = await context.downloader.perform(exchange(part, at: start), into: sink)
            partial.state.withLock { state in
                guard state.generation == part.generation || state.claims[part.claim] != nil else { return }
                state.claims[part.claim] = nil
            }
            if sink.received > 0 { attempt = 0 }
            switch result {
            case .success(let answer):
                location.current = Location(url: answer.url, isAuthorized: answer.isAuthorized)
                let isComplete = sink.isComplete
                partial.state.withLock { state in
                    state.finalURL = answer.url.text
                    if isComplete, state.total == nil { state.total = state.written.frontier }
                }
                if !isComplete, sink.received == 0 {
                    let error = TransferError(
                        code: .tooShort, url: answer.url.redacted, reason: "the server sent an empty range")
                    if let failure = await recover(error, attempt: &attempt) { return failure }
                }
            case .failure(let error):
                let isStale = start != nil || error.hops > 0
                location.current = nil
                if let failure = await handle(error, part, partial, isStale: isStale, attempt: &attempt) {
                    return failure
                }
            }
        }
        return Task.isCancelled
            ? TransferError(code: .cancelled, url: request.url.redacted, reason: "interrupted") : nil
    }

    /// Decides what a failed transfer means for the file; nil to go on.
    private func handle(
        _ error: TransferError, _ part: FilePart, _ partial: PartialFile, isStale: Bool, attempt: inout Int
    ) async -> TransferError? {
        switch error.code {
        case .superseded: return nil
        case .changed:
            // The sink has begun a new generation already.
            return partial.state.withLock { $0.restarts } < 4 ? nil : error
        case .status(416):
            let isOver = partial.state.withLock { state -> Bool in
                guard state.generation == part.generation else { return false }
                let total = error.head?.contentRange?.total
                if state.total == nil || state.total == total, total == state.written.frontier {
                    state.total = total
                    return false
                }
                state.begin(validators: Validators(), total: request.size)
                state.isSequential = part.range.lowerBound == 0
                return state.restarts >= 4
            }
            return isOver ? error : nil
        case .status(401), .status(403), .status(404), .status(410):
            // A signed location ran out: ask where the file is now, once without progress.
            guard isStale, attempt == 0 else { return error }
            attempt += 1
            return nil
        default: return await recover(error, attempt: &attempt)
        }
    }

    private func recover(_ error: TransferError, attempt: inout Int) async -> TransferError? {
        do {
            try await context.pause(after: error, attempt: &attempt, label: request.label)
            return nil
        } catch {
            return error
        }
    }

    /// The next range that is neither there nor being fetched; nil when there is none.
    private func claim(_ state: inout PartialFile.State) -> FilePart? {
        guard !Task.isCancelled else { return nil }
        if !state.written.ranges.isEmpty, state.claims.isEmpty, state.written.frontier != state.total,
            !request.isDigestKnown, state.validators.ifRange == nil
        {
            // Nothing would tell whether the rest is of the same version.
            guard state.restarts < 4 else { return nil }
            state.begin(validators: Validators(), total: request.size)
        }
        let range: Range<Int64>
        let isWhole: Bool
        if let total = state.total, !state.isSequential {
            var taken = state.written
            for claimed in state.claims.values { taken.insert(claimed) }
            guard let gap = taken.firstGap(below: total) else { return nil }
            let isLarge =
                total >= context.downloader.options.rangeThreshold
                && (request.isDigestKnown || state.validators.ifRange != nil)
            let length = isLarge ? min(gap.upperBound - gap.lowerBound, context.downloader.options.rangeSize) : .max
            range = gap.lowerBound..<min(gap.upperBound, gap.lowerBound.addingClamped(length))
            isWhole = range == 0..<total
        } else {
            guard state.claims.isEmpty, state.total == nil || state.written.frontier < state.total ?? 0 else {
                return nil
            }
            range = state.written.frontier..<(state.total ?? .max)
            isWhole = range.lowerBound == 0
        }
        state.claimCount += 1
        state.claims[state.claimCount] = range
        return FilePart(
            claim: state.claimCount, generation: state.generation, range: range, asksRange: !isWhole,
            ifRange: isWhole ? nil : state.validators.ifRange)
    }

    private func exchange(_ part: FilePart, at location: Location?) -> Exchange {
        var exchange = context.exchange(location?.url ?? request.url, request.authorizer, headers: request.headers)
        exchange.isAuthorized = location?.isAuthorized ?? true
        exchange.allowsDowngrade = request.isDigestKnown && !request.authorizer.hasCredentials
        exchange.decodesContent = request.decodesContent
        if part.asksRange {
            let end = part.range.upperBound == .max ? "" : String(part.range.upperBound - 1)
            exchange.headers.append("Range: bytes=\(part.range.lowerBound)-\(end)")
            if let ifRange = part.ifRange { exchange.headers.append("If-Range: \(ifRange)") }
        }
        return exchange
    }
}

extension Int64 {
    /// The sum, or the largest number where it would overflow.
    fileprivate func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
