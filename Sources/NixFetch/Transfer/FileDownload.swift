import Glibc
import NixFormats
import Synchronization

/// Where a file is, and who asks for it there.
struct FileAddress: Sendable {
    let url: URLReference
    let authorizer: any RequestAuthorizer
    /// Whether the credentials belong to the address.
    var isAuthorized = true
    /// Counts the addresses of a file whose permissions end.
    var round = 0
}

/// A file to download.
struct FileRequest: Sendable {
    /// What the content must be.
    enum Expectation: Sendable, Equatable {
        case unknown
        /// A hash that helps to trust partial files; another content is delivered all the same.
        case preferred(NixHash)
        /// Anything else is an error.
        case required(NixHash)
        /// The SHA-1 name git gives a blob of this content and size.
        case gitBlob(NixHash, size: Int64)
    }

    var url: URLReference
    /// Other places of the same file, tried in turn when the one before fails.
    var mirrors: [URLReference] = []
    /// What messages and progress call it.
    var label: String
    var headers: [String] = []
    var authorizer: any RequestAuthorizer = AnonymousAuthorizer()
    /// Bytes, when someone other than the file's server told.
    var size: Int64?
    var expected = Expectation.unknown
    /// What the partial file is named by; different contents need different identities.
    var identity: String?
    var decodesContent = true
    /// Where the content is to be had in chunks, which is tried first.
    var xet: XetFile?
    /// Asks for another address of the file when one was refused; nil when there is none.
    var renewal: (@Sendable (FileAddress) async -> FileAddress?)?

    init(url: URLReference, label: String) {
        self.url = url
        self.label = label
    }

    var isDigestKnown: Bool { expected != .unknown }

    /// Whether content of another hash is delivered all the same: the caller compares and keeps it under its own.
    var acceptsOtherContent: Bool {
        if case .preferred = expected { true } else { false }
    }

    /// Whether SHA-256 is the only digest of the content that is asked for.
    var needsOnlySHA256: Bool {
        switch expected {
        case .unknown: true
        case .preferred(let hash), .required(let hash): hash.algorithm == .sha256
        case .gitBlob: false
        }
    }

    /// The partial file's name: a digest of the identity.
    var key: String {
        let identity =
            switch expected {
            case .required(let hash), .preferred(let hash): "hash \(hash.sri)"
            case .gitBlob(let hash, let size): "git \(hash.sri) \(size)"
            case .unknown: "url \(url.text)"
            }
        return "\(Digester.sha256(Array((self.identity ?? identity).utf8)).nix32)"
    }
}

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
    private static let checkpointDistance: Int64 = 1 << 20

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
        if let path = request.url.filePath {
            let file = try copyLocalFile(path, into: partial)
            let digests = Digests(sha256: file.sha256, hash: file.hash)
            if !request.acceptsOtherContent, let objection = objection(size: file.size, digests, promised: nil) {
                partial.discard()
                throw objection
            }
            post(file, partial)
            return (file, partial)
        }
        var canRetry =
            partial.resumed > 0 || !request.acceptsOtherContent && context.retry.retriesWrongContent
        var xet = request.xet
        while true {
            if !isSeated { isSeated = await crew.help(file: index) }
            guard isSeated else { throw FetchError(.cancelled, "interrupted") }
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

    /// Digests of a file: SHA-256, and the one in the expected hash's algorithm.
    struct Digests: Sendable {
        let sha256: NixHash
        let hash: NixHash
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

    /// Waits for the digest of the complete file from who hashes the tree; when that one gave up, reads the file.
    private func deferredDigests(_ partial: PartialFile) async throws(FetchError) -> Digests {
        let (generation, size) = partial.state.withLock { ($0.generation, $0.written.frontier) }
        board?[key] = ProgressBoard.Entry(generation: generation, frontier: size, total: size, sha256: nil)
        if let digest = await board?.digest(of: key, generation: generation) {
            return Digests(sha256: digest, hash: digest)
        }
        if Task.isCancelled { throw FetchError(.cancelled, "interrupted") }
        let hasher = ContentHasher(partial.descriptor, extra: .none)
        do { try hasher.advance(to: size, generation: generation) } catch { throw error.fetchError }
        let digest = hasher.finish().sha256
        return Digests(sha256: digest, hash: digest)
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

    /// The task behind the transfers: hashes the gapless beginning of the file, writes sidecars, reports progress.
    ///
    /// - Returns: the digests, where there is a hasher.
    private func follow(
        _ partial: PartialFile, _ signal: ProgressSignal, _ hasher: ContentHasher?
    ) async -> Result<Digests?, FileAccess.Failure> {
        var recorded: Int64 = partial.resumed
        func catchUp() throws(FileAccess.Failure) {
            while true {
                let (generation, frontier, count, total) = partial.state.withLock { state in
                    (state.generation, state.written.frontier, state.written.count, state.total)
                }
                board?[key] = ProgressBoard.Entry(
                    generation: generation, frontier: frontier, total: total, sha256: nil)
                if count >= recorded + Self.checkpointDistance || count < recorded {
                    try partial.checkpoint()
                    recorded = count
                }
                context.observer.observe(.advanced(file: request.label, done: count, expected: total))
                guard let hasher else { return }
                let position = hasher.position(in: generation)
                try hasher.advance(to: min(frontier, position + (32 << 20)), generation: generation)
                if hasher.position(in: generation) >= frontier { return }
                if hasher.position(in: generation) == position {
                    // A restart truncated the file under us: go on with the new generation. Nobody else may do so.
                    guard partial.state.withLock({ $0.generation }) != generation else {
                        throw FileAccess.Failure(number: EIO, action: "read back", path: partial.name)
                    }
                }
            }
        }
        do throws(FileAccess.Failure) {
            for await _ in signal.stream { try catchUp() }
            try catchUp()
        } catch {
            return .failure(error)
        }
        guard let (sha256, extra) = hasher?.finish() else { return .success(nil) }
        return .success(Digests(sha256: sha256, hash: extra ?? sha256))
    }

    private var extraDigest: ContentHasher.Extra {
        switch request.expected {
        case .unknown: .none
        case .preferred(let hash), .required(let hash): .plain(hash.algorithm)
        case .gitBlob(_, let size): .gitBlob(size: size)
        }
    }

    /// Why the content is not what was promised; nil when it is, or when nothing was.
    ///
    /// - Parameter promised: the digest that the file's own server tells.
    private func objection(size: Int64, _ digests: Digests, promised: NixHash?) -> FetchError? {
        if let expected = request.size, size != expected {
            return FetchError(
                .verification,
                "'\(request.label.printable)' from '\(request.url.redacted)' has \(size) bytes instead of \(expected)")
        }
        let wanted: NixHash?
        switch request.expected {
        case .unknown: wanted = promised
        case .preferred(let hash), .required(let hash), .gitBlob(let hash, _): wanted = hash
        }
        guard let wanted, wanted != digests.hash else { return nil }
        return FetchError(
            .verification,
            """
            '\(request.label.printable)' from '\(request.url.redacted)' does not have the expected hash
            expected: \(wanted.sri)
            received: \(digests.hash.sri)
            """)
    }
}
