import Glibc
import NixFetch
import NixFormats
import NixStore

/// `builtin:nixlite-model`: the raw derivation of a model, from whatever source it names.
///
/// Its environment (`source`, `auth`, `network`) is that of Documentation/ModelDerivations.md. The tree that is hashed is the
/// full one; where its hash is not the specified one, and upstream's layout would leave out subfolders, that one is
/// hashed too and kept when it matches, so that hashes published for upstream stay good.
struct ModelBuilder {
    let store: LocalStore
    let services: BuildServices
    let isOffline: Bool
    let report: BuildReporter

    func build(_ step: BuildPlan.Step, _ cancellation: Cancellation, log: inout BuilderLog) throws(BuildFailure) {
        let check = try FixedOutputCheck(step, in: store)
        let environment = step.derivation.environment
        guard let source = environment["source"] else { throw log.fail("required attribute 'source' missing") }
        let request: ModelRequest
        do throws(FetchError) {
            request = try ModelRequest(
                source: source.bytes, auth: environment["auth"]?.bytes ?? [],
                network: environment["network"]?.bytes ?? [])
        } catch {
            throw log.fail(error)
        }
        if isOffline, request.needsNetwork {
            throw log.fail("the model '\(step.derivation.name)' is not in the store, and --offline forbids fetching it")
        }
        let workspace = try services.workspace(in: store)
        guard mkdir(workspace.tree.description, 0o755) == 0 else {
            throw BuildFailure(
                .miscellaneous,
                "creating directory \"\(workspace.tree)\": \(String(cString: strerror(errno)))")
        }
        let fetched = try fetch(request, workspace, step.derivation.name.description, cancellation, &log)
        try accept(workspace.tree, fetched, check)
    }

    private func fetch(
        _ request: ModelRequest, _ workspace: FetchWorkspace, _ name: String, _ cancellation: Cancellation,
        _ log: inout BuilderLog
    ) throws(BuildFailure) -> FetchedModel {
        let observer = FetchProgressObserver(name: name, report: report)
        let services = services
        do throws(FetchError) {
            return try observer.run(cancellation) { () async throws(FetchError) in
                let fetcher = ModelFetcher(downloader: services.downloader, environment: services.environment)
                return try await fetcher.fetch(
                    request, into: workspace.tree.description, partials: workspace.partials.description,
                    observer: observer)
            }
        } catch {
            throw log.fail(error)
        }
    }

    private func accept(_ tree: RealPath, _ fetched: FetchedModel, _ check: FixedOutputCheck) throws(BuildFailure) {
        let full = try BuildFailure.ofStore { () throws(StoreError) in
            try store.examine(
                tree, method: check.specified.method, algorithm: check.specified.hash.algorithm,
                known: fetched.nar.flatMap { check.digests(nar: $0) })
        }
        guard full.address != check.specified, !check.specified.hash.isFake,
            let omissions = fetched.upstreamOmissions, !omissions.isEmpty
        else { return try check.accept(full) }
        let upstream = try BuildFailure.ofStore { () throws(StoreError) in
            try TreeDump.hash(
                tree, method: check.specified.method, algorithm: check.specified.hash.algorithm,
                filter: { (path, _) in !omissions.contains { path == tree.appending($0.bytes) } })
        }
        guard upstream.hash == check.specified.hash else {
            return try check.accept(full, hint: "upstream layout: \(upstream.hash.sri)")
        }
        for path in omissions { try remove(tree.appending(path.bytes)) }
        try check.accept(tree)
    }

    /// Removes an entry of the staged tree, whose folders cannot be written to once it was examined.
    private func remove(_ path: RealPath) throws(BuildFailure) {
        _ = chmod(path.parent.description, 0o755)
        _ = try BuildFailure.ofStore { () throws(StoreError) in try TreeRemoval.remove(path) }
    }
}

extension ModelRequest {
    /// Whether fetching it asks anything of the network.
    fileprivate var needsNetwork: Bool {
        switch source {
        case .mock: false
        case .url(let entries, _): !entries.allSatisfy { $0.url.hasPrefix("file:") }
        case .gitLFS(let location): !location.url.hasPrefix("/") && !location.url.hasPrefix("file:")
        case .huggingface, .s3, .mlflow, .ollama: true
        }
    }
}
