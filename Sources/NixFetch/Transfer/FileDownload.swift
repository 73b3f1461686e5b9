import Glibc
import NixFormats
import Synchronization

/// Downloads one file: partial file, transfers, hashing behind them, verification, move to its place.
struct FileDownload: Sendable {
    let context: FetchContext
    let request: FileRequest
    /// The partial file's name.
    let key: String
    /// Puts a failed request into the source's own words.
    let translate: @Sendable (FileRequest, TransferError) -> FetchError
    /// Told where the file stands.
    let board: ProgressBoard?
    /// Where the connections come from.
    let crew: TransferBatch
    /// The file's place in the order of the batch's files.
    let index: Int
    /// Whether the crew has let this file begin, so that it holds a connection.
    let isAdmitted: Bool
    /// Whether the SHA-256 digest comes from who hashes the whole tree, in the same pass.
    let defersDigest: Bool

    /// A download by itself, a batch of its own unless one is given.
    init(
        context: FetchContext, request: FileRequest,
        translate: @escaping @Sendable (FileRequest, TransferError) -> FetchError = { $1.fetchError },
        board: ProgressBoard? = nil, crew: TransferBatch? = nil, index: Int = 0, defersDigest: Bool = false
    ) {
        self.context = context
        self.request = request
        key = request.key
        self.translate = translate
        self.board = board
        self.crew = crew ?? context.makeBatch()
        self.index = index
        isAdmitted = crew != nil
        self.defersDigest = defersDigest && board != nil && request.needsOnlySHA256
    }

    /// Bytes between two sidecars: what a kill may cost.
    static let checkpointDistance: Int64 = 1 << 20

    /// Runs to the end and moves the file, mode 0444, to `name` in `target`.
    func run(
        partials: DirectoryTree, into target: Descriptor, as name: String
    ) async throws(FetchError) -> FetchedFile {
        let (file, partial) = try await completeLocked(partials: partials)
        // The lock is held until the file is in its place.
        defer { withExtendedLifetime(partial) {} }
        do { try PartialFile.publish(key: key, in: partials, to: target, as: name) } catch {
            throw error.fetchError
        }
        return file
    }

    /// Runs until the partial file is complete and verified, and leaves it there for `PartialFile.publish`.
    ///
    /// The files of a model are moved only when all are there, so that an interrupted run loses none.
    func complete(partials: DirectoryTree) async throws(FetchError) -> FetchedFile {
        try await completeLocked(partials: partials).file
    }

    /// Puts a file that is complete and verified on the board.
    private func post(_ file: FetchedFile, _ partial: PartialFile) {
        board?[key] = ProgressBoard.Entry(
            generation: partial.state.withLock { $0.generation }, frontier: file.size, total: file.size,
            sha256: file.sha256)
    }

    /// Copies a file of this machine; its content is checked as any other's.
    private func deliverLocalFile(_ path: String, into partial: PartialFile) throws(FetchError) -> FetchedFile {
        let file = try copyLocalFile(path, into: partial)
        let digests = Digests(sha256: file.sha256, hash: file.hash)
        if !request.acceptsOtherContent, let objection = objection(size: file.size, digests, promised: nil) {
            partial.discard()
            throw objection
        }
        post(file, partial)
        return file
    }

    /// The same; the partial file stays locked while `partial` lives.
    func completeLocked(
        partials: DirectoryTree
    ) async throws(FetchError) -> (file: FetchedFile, partial: PartialFile) {
        var isSeated = isAdmitted ? true : await crew.admit(file: index, .small)
        defer { if isSeated { crew.leave() } }
        let partial = try await PartialFile(
            key: key, in: partials, total: request.size, isDigestKnown: request.isDigestKnown
        ) {
            context.observer.observe(.note("'\(request.label.printable)' is being fetched by another process: waiting"))
        }
        context.observer.observe(
            .started(file: request.label, expected: request.size, resumed: partial.resumed))
        if let path = request.url.filePath { return (try deliverLocalFile(path, into: partial), partial) }
        var canRetry =
            partial.resumed > 0 || !request.acceptsOtherContent && context.retry.retriesWrongContent
        var xet = request.xet
        while true {
            if !isSeated { isSeated = await crew.help(file: index) }
            guard isSeated else { throw FetchError.interrupted }
            isSeated = false
            let digests = try await fetchAndHash(partial, xet)
            let state = partial.state.withLock { $0 }
            let size = state.written.frontier
            if let objection = objection(size: size, digests, promised: state.promised) {
                if canRetry {
                    canRetry = false
                    xet = nil
                    context.observer.observe(.retrying(file: request.label, reason: objection.message, delay: 0))
                    do { try partial.restart(total: request.size) } catch { throw error.fetchError }
                    continue
                }
                guard request.acceptsOtherContent else {
                    partial.discard()
                    throw objection
                }
            }
            do {
                // An earlier, longer version may have left bytes behind the end.
                if partial.isOld || state.restarts > 0 {
                    try FileAccess.call("truncate", partial.name) { ftruncate(partial.descriptor.number, off_t(size)) }
                }
                try partial.checkpoint(isLast: true)
            } catch {
                throw error.fetchError
            }
            context.observer.observe(.finished(file: request.label, bytes: size))
            let file = FetchedFile(
                size: size, sha256: digests.sha256, hash: digests.hash, finalURL: state.finalURL ?? request.url.text,
                etag: state.validators.etag, lastModified: state.validators.lastModified)
            post(file, partial)
            return (file, partial)
        }
    }

    /// Transfers what is missing while another task hashes what is there; gives back the connection it is called with.
    private func fetchAndHash(_ partial: PartialFile, _ xet: XetFile?) async throws(FetchError) -> Digests {
        let signal = ProgressSignal()
        let hasher = defersDigest ? nil : ContentHasher(partial.descriptor, extra: extraDigest)
        let failure: TransferError?
        let hashed: Result<Digests?, FileAccess.Failure>
        if request.size ?? .max < Self.checkpointDistance {
            // Too small for a task of its own.
            failure = await transferFromAnywhere(partial, signal, xet)
            signal.finish()
            hashed = await follow(partial, signal, hasher)
        } else {
            async let hashing = follow(partial, signal, hasher)
            failure = await transferFromAnywhere(partial, signal, xet)
            signal.finish()
            hashed = await hashing
        }
        if let failure {
            // What is there stays, for the next run.
            try? partial.checkpoint()
            if failure.code == .write(ENOSPC) || failure.code == .write(EDQUOT) { throw noSpace(partial) }
            throw translate(request, failure)
        }
        switch hashed {
        case .success(let digests?): return digests
        case .success(nil): return try await deferredDigests(partial)
        case .failure(let error): throw error.fetchError
        }
    }

    /// Transfers from the first of the file's places that gives it; gives back the connection it is called with.
    private func transferFromAnywhere(
        _ partial: PartialFile, _ signal: ProgressSignal, _ xet: XetFile?
    ) async -> TransferError? {
        if let xet, let total = request.size {
            let failure = await transferXet(xet, total: total, partial, signal: signal)
            guard let failure, failure.mayPassElsewhere, await crew.help(file: index) else { return failure }
            if await xet.service.fails() {
                context.observer.observe(.note("\(failure.description); going on without Xet"))
            }
        }
        let first = FileAddress(url: request.url, authorizer: request.authorizer)
        var failure = await transfer(partial, signal: signal, from: first)
        for url in request.mirrors {
            guard let error = failure, error.mayPassElsewhere, await crew.help(file: index) else { break }
            context.observer.observe(.note("\(error.description); trying the mirror '\(url.redacted)'"))
            // Servers name one version differently; the hash tells whether it is the same.
            if request.isDigestKnown { partial.state.withLock { $0.validators = Validators() } }
            let isOwn = url.origin == request.url.origin
            let mirror = FileAddress(url: url, authorizer: request.authorizer, isAuthorized: isOwn)
            failure = await transfer(partial, signal: signal, from: mirror)
        }
        return failure
    }

    private func noSpace(_ partial: PartialFile) -> FetchError {
        let (total, count) = partial.state.withLock { ($0.total, $0.written.count) }
        let needed = total.map { "\($0 - count) more bytes are needed" } ?? "its size is unknown"
        let free = FileAccess.freeBytes(partial.descriptor).map { ", \($0) are free" } ?? ""
        return FetchError(
            .file(ENOSPC),
            "no space left for '\(request.label.printable)' from '\(request.url.redacted)': \(needed)\(free)",
            hint: "what is there is kept: make room and run the same command again")
    }
}
