package import NixFormats

/// A file that was fetched from a URL.
package struct FetchedFile: Sendable, Equatable {
    /// Bytes.
    package let size: Int64
    /// The flat SHA-256 digest of the content.
    package let sha256: NixHash
    /// The digest in the algorithm of the expected hash (the same as `sha256` if that is it, or none was expected).
    package let hash: NixHash
    /// Where it came from after redirects, without user information; it may hold a signature, so do not print it.
    package let finalURL: String
    /// The answer's validators, for a cache of URLs.
    package let etag: String?
    package let lastModified: String?
    /// The NAR of the file as a store object, not executable, when `hashesNAR` asked for it and it could be hashed on the
    /// way.
    package var nar: NARSummary?
}

extension Downloader {
    /// Fetches a URL (`http`, `https` or `file`) into a new file of mode 0444.
    ///
    /// User information in the URL, else `~/.netrc`, gives credentials. The content is hashed while it is written; a
    /// digest that differs from `expected` is not an error here, because the caller keeps what was got under its own
    /// hash. `expected` lets an interrupted download be trusted and go on.
    ///
    /// - Parameters:
    ///   - path: the file to make; its directory must exist, on the file system of `partials`.
    ///   - partials: a directory for unfinished downloads, made if it is missing.
    ///   - size: bytes that the file must have, when someone else than its server told.
    ///   - largestSize: bytes that it may have.
    ///   - hashesNAR: hash the NAR too, while the file arrives.
    package func fetchURL(
        _ url: String, to path: String, partials: String, expected: NixHash? = nil, size: Int64? = nil,
        largestSize: Int64 = .max, hashesNAR: Bool = false,
        network: NetworkRequest = NetworkRequest(), observer: any FetchObserver = SilentObserver()
    ) async throws(FetchError) -> FetchedFile {
        let reference = try Self.parse(url)
        let context = FetchContext(downloader: self, network: network, observer: observer)
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let workspace = try Workspace(staging: directory, partials: partials)
        var request = FileRequest(url: reference, label: reference.lastPathSegment ?? reference.host)
        request.authorizer = URLCredentials(environment: environment).authorizer(for: reference)
        request.expected = expected.map { .preferred($0) } ?? .unknown
        request.size = size
        request.largestSize = largestSize
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        let board = hashesNAR ? ProgressBoard() : nil
        let download = FileDownload(context: context, request: request, board: board, defersDigest: hashesNAR)
        async let hashing = Self.hash(board, key: download.key, workspace)
        let result: Result<(file: FetchedFile, partial: PartialFile), FetchError>
        do throws(FetchError) {
            result = .success(try await download.completeLocked(partials: workspace.partials))
        } catch {
            result = .failure(error)
        }
        board?.end()
        let nar = await hashing
        var (file, partial) = try result.get()
        // The lock is held until the file is in its place.
        defer { withExtendedLifetime(partial) {} }
        file.nar = nar
        do {
            try PartialFile.publish(
                key: download.key, in: workspace.partials, to: workspace.staging.root, as: name)
        } catch {
            throw error.fetchError
        }
        return file
    }

    private static func hash(_ board: ProgressBoard?, key: String, _ workspace: Workspace) async -> NARSummary? {
        guard let board else { return nil }
        let plan = TreePlan(named: []) { _ in .download(key: key) }
        return await TreeHasher.hash(plan, board: board, partials: workspace.partials)
    }

    /// Reads a small answer (`http`, `https` or `file`) into memory.
    ///
    /// - Throws: kind `.notFound` for 404 and 410, `.unauthorized` for 401 and 403, `.verification` when the answer is
    ///   longer than `limit` bytes.
    package func readURL(
        _ url: String, limit: Int = 64 << 20, network: NetworkRequest = NetworkRequest(),
        observer: any FetchObserver = SilentObserver()
    ) async throws(FetchError) -> [UInt8] {
        let reference = try Self.parse(url)
        if let path = reference.filePath {
            do {
                return try FileAccess.readWhole(path, limit: limit)
            } catch {
                throw error.fetchError
            }
        }
        let context = FetchContext(downloader: self, network: network, observer: observer)
        let authorizer = URLCredentials(environment: environment).authorizer(for: reference)
        do {
            return try await context.bytes(context.exchange(reference, authorizer), label: url, limit: limit).body
        } catch {
            throw error.fetchError
        }
    }

    /// Reads a URL or says why it is refused.
    static func parse(_ url: String) throws(FetchError) -> URLReference {
        do {
            return try URLReference(url)
        } catch {
            let shown = url.split(separator: "@", omittingEmptySubsequences: false).last.map(String.init) ?? ""
            throw FetchError(.badRequest, "'\(shown.printable)' is not a usable URL: \(error)")
        }
    }
}
