import Glibc
package import NixFormats

/// A fetched model: what was laid out in the staging directory.
package struct FetchedModel: Sendable, Equatable {
    /// Number of files, and the sum of their sizes.
    package let files: Int
    package let bytes: Int64
    /// The commit a Hugging Face revision stood for.
    package let commit: String?
    /// Entries to leave out of the staging tree to get upstream's layout, which has top-level files only.
    ///
    /// Paths relative to the staging directory, sorted; a directory stands for all below it. Nil when the tree is
    /// upstream's already.
    package let upstreamOmissions: [ByteString]?
    /// The NAR of the staging tree, hashed while the files arrived; nil where that was not possible.
    package let nar: NARSummary?

    init(
        files: Int, bytes: Int64, commit: String? = nil, upstreamOmissions: [ByteString]? = nil, nar: NARSummary? = nil
    ) {
        self.files = files
        self.bytes = bytes
        self.commit = commit
        self.upstreamOmissions = upstreamOmissions
        self.nar = nar
    }
}

/// Fetches models of every source type into a directory.
package struct ModelFetcher: Sendable {
    let downloader: Downloader
    let environment: FetchEnvironment

    /// A fetcher; the downloader is shared by all models so that its limit of connections holds over all of them.
    package init(downloader: Downloader, environment: FetchEnvironment) {
        self.downloader = downloader
        self.environment = environment
    }

    /// Fetches one model.
    ///
    /// - Parameters:
    ///   - staging: an existing, empty directory of the caller, on the store's file system. After success it holds the
    ///     tree to be hashed (Documentation/Fetching.md has the layouts); files have mode 0444.
    ///   - partials: an existing directory on the same file system, kept between runs, for what is unfinished.
    ///   - observer: told about files, bytes and retries.
    /// - Throws: what failed; partial files stay behind so that the next run goes on from there.
    package func fetch(
        _ request: ModelRequest, into staging: String, partials: String,
        observer: any FetchObserver = SilentObserver()
    ) async throws(FetchError) -> FetchedModel {
        let workspace = try Workspace(staging: staging, partials: partials)
        var request = request
        let issued = try await IssuedToken(request.credentials, environment)
        request.credentials.issued = issued
        let renewal = issued.map { issued in Task { await issued.keepFresh() } }
        defer { renewal?.cancel() }
        do throws(FetchError) {
            let context = FetchContext(downloader: downloader, network: request.network, observer: observer)
            return try await source(of: request, context).fetch(into: workspace)
        } catch {
            guard error.kind == .unauthorized else { throw error }
            throw error.adding(help: request.credentials.gatedModelHelp)
        }
    }

    private func source(of request: ModelRequest, _ context: FetchContext) throws(FetchError) -> any FileSource {
        let credentials = request.credentials
        switch request.source {
        case .huggingface(let repository):
            return try HuggingFaceSource(
                repository: repository, credentials: credentials, environment: environment, context: context)
        case .url(let entries, let extract):
            return URLSource(
                entries: entries, extract: extract, credentials: credentials, environment: environment, context: context
            )
        case .s3(let location):
            return try S3Source(
                location: location, credentials: credentials, environment: environment, context: context)
        case .mlflow(let model):
            return try MLflowSource(model: model, credentials: credentials, environment: environment, context: context)
        case .ollama(let model):
            return try OllamaSource(model: model, credentials: credentials, environment: environment, context: context)
        case .gitLFS(let location):
            return try GitLFSSource(
                location: location, credentials: credentials, environment: environment, context: context)
        case .mock(let repository): return MockSource(repository: repository)
        }
    }
}

/// What a model comes from.
protocol FileSource: Sendable {
    /// Lays the model's tree out in the staging directory.
    func fetch(into workspace: Workspace) async throws(FetchError) -> FetchedModel
}

/// The two directories of a fetch.
struct Workspace: Sendable {
    let staging: DirectoryTree
    let partials: DirectoryTree

    init(staging: String, partials: String) throws(FetchError) {
        do {
            self.staging = try DirectoryTree(opening: staging)
            self.partials = try DirectoryTree(making: partials)
        } catch {
            throw error.fetchError
        }
    }

    /// Throws unless the file system has room for so many more bytes.
    func checkSpace(_ needed: Int64) throws(FetchError) {
        guard let free = FileAccess.freeBytes(staging.root), free < needed else { return }
        throw FetchError(
            .file(ENOSPC), "not enough space in '\(staging.path)': \(needed) bytes are needed, \(free) are free")
    }
}
