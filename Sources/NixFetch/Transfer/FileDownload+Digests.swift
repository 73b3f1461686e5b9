import Glibc
import NixFormats
import Synchronization

/// What is made of a file's bytes while they arrive, and the verdict about them.
extension FileDownload {
    /// Digests of a file: SHA-256, and the one in the expected hash's algorithm.
    struct Digests: Sendable {
        let sha256: NixHash
        let hash: NixHash
    }

    /// Waits for the digest of the complete file from who hashes the tree; when that one gave up, reads the file.
    func deferredDigests(_ partial: PartialFile) async throws(FetchError) -> Digests {
        let (generation, size) = partial.state.withLock { ($0.generation, $0.written.frontier) }
        board?[key] = ProgressBoard.Entry(generation: generation, frontier: size, total: size, sha256: nil)
        if let digest = await board?.digest(of: key, generation: generation) {
            return Digests(sha256: digest, hash: digest)
        }
        if Task.isCancelled { throw FetchError.interrupted }
        let hasher = ContentHasher(partial.descriptor, extra: .none)
        do { try hasher.advance(to: size, generation: generation) } catch { throw error.fetchError }
        let digest = hasher.finish().sha256
        return Digests(sha256: digest, hash: digest)
    }

    /// The task behind the transfers: hashes the gapless beginning of the file, writes sidecars, reports progress.
    ///
    /// - Returns: the digests, where there is a hasher.
    func follow(
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

    var extraDigest: ContentHasher.Extra {
        switch request.expected {
        case .unknown: .none
        case .preferred(let hash), .required(let hash): .plain(hash.algorithm)
        case .gitBlob(_, let size): .gitBlob(size: size)
        }
    }

    /// Why the content is not what was promised; nil when it is, or when nothing was.
    ///
    /// - Parameter promised: the digest that the file's own server tells.
    func objection(size: Int64, _ digests: Digests, promised: NixHash?) -> FetchError? {
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
