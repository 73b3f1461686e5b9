import Synchronization

extension FileDownload {
    /// Fetches all that is missing: one transfer, and helpers for a large file whose server has ranges.
    ///
    /// The caller holds a connection of the crew, which is given back here.
    ///
    /// - Returns: nil when the file is complete, else why it is not.
    func transfer(
        _ partial: PartialFile, signal: ProgressSignal, from address: FileAddress
    ) async -> TransferError? {
        let shared = SharedLocation(address)
        guard request.size ?? .max >= context.downloader.options.rangeThreshold else {
            let error = await work(partial, signal: signal, location: shared)
            crew.leave()
            return error ?? shortage(partial)
        }
        return await withTaskGroup(of: TransferError?.self) { group in
            group.addTask {
                let error = await self.work(partial, signal: signal, location: shared)
                signal.openGate()
                crew.leave()
                return error
            }
            for _ in 1..<max(1, context.rangesAtOnce) {
                group.addTask {
                    await signal.waitForGate()
                    guard partial.state.withLock({ self.isParallel($0) }) else { return nil }
                    return await self.help(partial, signal: signal, location: shared)
                }
            }
            var first: TransferError?
            while let outcome = await group.next() {
                guard let outcome, first == nil || first?.code == .cancelled else { continue }
                first = outcome
                group.cancelAll()
            }
            return first ?? shortage(partial)
        }
    }

    /// What is wrong with a file whose transfers are over: nil when it is complete.
    private func shortage(_ partial: PartialFile) -> TransferError? {
        guard partial.state.withLock({ $0.total != $0.written.frontier }) else { return nil }
        return TransferError(
            code: .tooShort, url: request.url.redacted, reason: "the server did not send the whole file")
    }

    /// Fetches parts, each with a connection of its own, until none is left.
    private func help(
        _ partial: PartialFile, signal: ProgressSignal, location: SharedLocation
    ) async -> TransferError? {
        var tries = Tries()
        while await crew.help(file: index) {
            defer { crew.leave() }
            guard let part = partial.state.withLock({ claim(&$0, isHelper: true) }) else { return nil }
            if let error = await fetch(part, partial, signal: signal, location: location, tries: &tries) {
                return error
            }
        }
        return nil
    }

    /// Where an earlier request of this file was redirected to.
    struct Location: Sendable {
        let url: URLReference
        let isAuthorized: Bool
    }

    /// The location that all transfers of one file share.
    final class SharedLocation: Sendable {
        private let value: Mutex<(address: FileAddress, current: Location?)>

        init(_ address: FileAddress) {
            value = Mutex((address, nil))
        }

        /// Where the file is asked for; another one when its permission has ended.
        var address: FileAddress {
            get { value.withLock { $0.address } }
            set { value.withLock { $0 = (newValue, nil) } }
        }

        var current: Location? {
            get { value.withLock { $0.current } }
            set { value.withLock { $0.current = newValue } }
        }
    }

    /// Failures of one of a file's transfers since the last byte it received.
    struct Tries {
        var failures = 0
        /// Answers that the address is not, or no longer, to be had.
        var refusals = 0
    }

    /// Whether several transfers can share the file.
    private func isParallel(_ state: PartialFile.State) -> Bool {
        guard let total = state.total, !state.isSequential, state.hasRanges else { return false }
        return total >= context.downloader.options.rangeThreshold
            && (state.validators.ifRange != nil || request.isDigestKnown)
    }

    /// Takes part after part until none is left.
    private func work(
        _ partial: PartialFile, signal: ProgressSignal, location: SharedLocation
    ) async -> TransferError? {
        var tries = Tries()
        while let part = partial.state.withLock({ claim(&$0, isHelper: false) }) {
            if let error = await fetch(part, partial, signal: signal, location: location, tries: &tries) {
                return error
            }
        }
        return Task.isCancelled ? cancelled : nil
    }

    /// That the fetch was ended.
    var cancelled: TransferError { .interrupted(request.url.redacted) }

    /// Asks for one part; nil to go on, whatever of it has arrived.
    private func fetch(
        _ part: FilePart, _ partial: PartialFile, signal: ProgressSignal, location: SharedLocation,
        tries: inout Tries
    ) async -> TransferError? {
        let (total, isEncoded) = partial.state.withLock { ($0.total, $0.isEncodedOnTheWay) }
        let decodes = request.decodesContent || isEncoded
        let sink = PartSink(
            partial: partial, signal: signal, crew: crew, part: part, knownSize: request.size,
            largestSize: request.largestSize, decodes: decodes, largeSize: context.downloader.options.rangeThreshold,
            step: segment(total ?? 0))
        let (address, start) = (location.address, location.current)
        var exchange = exchange(part, at: start, or: address)
        exchange.decodesContent = decodes
        let result = await context.downloader.perform(exchange, into: sink)
        partial.state.withLock { state in
            guard state.generation == part.generation || state.claims[part.claim] != nil else { return }
            state.claims[part.claim] = nil
        }
        if sink.received > 0 { tries = Tries() }
        switch result {
        case .success(let answer):
            location.current = Location(url: answer.url, isAuthorized: answer.isAuthorized)
            let isOpenEnded = sink.isOpenEnded
            partial.state.withLock { state in
                state.finalURL = answer.url.text
                if isOpenEnded, state.total == nil { state.total = state.written.frontier }
            }
            guard !isOpenEnded, sink.received == 0, partial.state.withLock({ $0.total != $0.written.frontier }) else {
                return nil
            }
            let error = TransferError(
                code: .tooShort, url: answer.url.redacted, reason: "the server sent an empty range")
            return await recover(error, attempt: &tries.failures)
        case .failure(let error):
            let isStale = start != nil || error.hops > 0
            location.current = nil
            guard isRefusal(error) else { return await handle(error, part, partial, tries: &tries) }
            tries.refusals += 1
            // A signed location ran out: ask where the file is now, once without progress.
            if isStale, tries.refusals == 1 { return nil }
            guard let renewal = request.renewal, tries.refusals < max(4, context.retry.maxAttempts),
                let next = await renewal(address)
            else {
                return await recover(error, attempt: &tries.failures)
            }
            location.address = next
            return nil
        }
    }

    /// Whether an answer says that the address is not, or no longer, to be had; stores have words for a permission's end.
    private func isRefusal(_ error: TransferError) -> Bool {
        guard case .status(let status) = error.code else { return false }
        return [401, 403, 404, 410].contains(status) || S3ErrorAnswer(error.body)?.code == "ExpiredToken"
    }

    /// Decides what a failed transfer means for the file; nil to go on.
    private func handle(
        _ error: TransferError, _ part: FilePart, _ partial: PartialFile, tries: inout Tries
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
        default: return await recover(error, attempt: &tries.failures)
        }
    }

    /// Waits where a further try may help; else the reason why none would.
    ///
    /// - Parameter attempt: counts the tries since the last byte that arrived.
    func recover(_ error: TransferError, attempt: inout Int) async -> TransferError? {
        if error.isOverload { crew.relax() }
        do {
            try await context.pause(after: error, attempt: &attempt, label: request.label)
            return nil
        } catch {
            return error
        }
    }

    /// No part is cut from less than this.
    private static let leastPart: Int64 = 1 << 20

    /// Bytes of a helper's part: large files and fast connections have large ones, so that their number stays small.
    private func segment(_ total: Int64) -> Int64 {
        let size = max(total / 128, min(total / 32, crew.partSizes.usual))
        return max(context.downloader.options.rangeSize, min(size, 64 << 20))
    }

    /// The next range that is neither there nor being fetched; nil when there is none.
    ///
    /// The first transfer of a file takes all of a gap. A helper takes a segment, and where there is no gap the end of
    /// what the longest transfer still has before it, a segment ahead of where that one is.
    private func claim(_ state: inout PartialFile.State, isHelper: Bool) -> FilePart? {
        guard !Task.isCancelled else { return nil }
        if !state.written.ranges.isEmpty, state.claims.isEmpty, state.written.frontier != state.total,
            !request.isDigestKnown, state.validators.ifRange == nil
        {
            // Nothing would tell whether the rest is of the same version.
            guard state.restarts < 4 else { return nil }
            state.begin(validators: Validators(), total: request.size)
        }
        let range: Range<Int64>
        if let total = state.total, !state.isSequential {
            let size = isHelper ? segment(total) : total
            guard let gap = gap(in: state, below: total) ?? (isHelper ? cutLongest(&state, size) : nil) else {
                return nil
            }
            range = gap.lowerBound..<min(gap.upperBound, gap.lowerBound.addingClamped(size))
        } else {
            guard state.claims.isEmpty, state.total == nil || state.written.frontier < state.total ?? 0 else {
                return nil
            }
            range = state.written.frontier..<(state.total ?? .max)
        }
        let isWhole = range.lowerBound == 0 && range.upperBound == state.total ?? .max
        state.claimCount += 1
        state.claims[state.claimCount] = PartClaim(next: range.lowerBound, end: range.upperBound)
        return FilePart(
            claim: state.claimCount, generation: state.generation, range: range,
            asksRange: !(isWhole || state.isSequential && range.lowerBound == 0),
            ifRange: isWhole ? nil : state.validators.ifRange)
    }

    private func gap(in state: PartialFile.State, below total: Int64) -> Range<Int64>? {
        var taken = state.written
        for claim in state.claims.values { taken.insert(claim.range) }
        return taken.firstGap(below: total)
    }

    /// Shortens the claim with the most before it, when that is worth a request, and returns what it lost.
    private func cutLongest(_ state: inout PartialFile.State, _ size: Int64) -> Range<Int64>? {
        let worthwhile = min(size, max(Self.leastPart, crew.partSizes.least))
        guard let (number, claim) = state.claims.max(by: { $0.value.range.count < $1.value.range.count }),
            claim.end - claim.next > worthwhile
        else { return nil }
        let remaining = claim.end - claim.next
        let cut = claim.next + (remaining >= 2 * size ? size : remaining / 2)
        state.claims[number]?.end = cut
        return cut..<claim.end
    }

    private func exchange(_ part: FilePart, at location: Location?, or address: FileAddress) -> Exchange {
        var exchange = context.exchange(
            location?.url ?? address.url, address.authorizer, headers: request.headers)
        // Credentials are those of the first place, never of a mirror elsewhere.
        exchange.isAuthorized = location?.isAuthorized ?? address.isAuthorized
        exchange.allowsDowngrade = request.isDigestKnown && !address.authorizer.hasCredentials
        // The size of a file that nobody told may be any.
        exchange.isMultiplexed = request.size.map { $0 < 4 << 20 } ?? false
        exchange.isFile = true
        if part.asksRange {
            let end = part.range.upperBound == .max ? "" : String(part.range.upperBound - 1)
            exchange.headers.append("Range: bytes=\(part.range.lowerBound)-\(end)")
            if let ifRange = part.ifRange { exchange.headers.append("If-Range: \(ifRange)") }
        }
        return exchange
    }
}
