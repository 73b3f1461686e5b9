import NixFetch
import NixFormats
import NixStore
import Synchronization

/// Fetches objects from binary caches for one realisation, up to the point where only what they refer to may be missing.
final class ObjectFetcher: Sendable {
    /// What came of a fetch.
    enum Outcome: Sendable {
        /// Somebody else has made the object valid.
        case valid
        case prepared(FetchedObject)
        /// No cache has the object any more.
        case gone
        /// Something went wrong, which was reported.
        case failed
        case cancelled
    }

    private let store: LocalStore
    private let substituters: Substituters
    private let services: BuildServices
    private let report: BuildReporter
    private let observer: FetchProgressObserver
    /// Made with the first fetch.
    private let workspace = Mutex<FetchWorkspace?>(nil)

    /// - Parameter fetches: all that may be fetched, for the sums of the progress.
    init(
        _ substituters: Substituters, for fetches: [BuildPlan.Fetch], store: LocalStore, services: BuildServices,
        report: @escaping BuildReporter
    ) {
        self.substituters = substituters
        self.store = store
        self.services = services
        self.report = report
        observer = FetchProgressObserver(name: "substitutes", report: report)
        let sizes = fetches.compactMap { $0.offer.info.fileSize.map { Int64(clamping: $0) } }
        let total = sizes.reduce(Int64(0)) { $0.addingReportingOverflow($1).partialValue }
        observer.observe(.planned(files: fetches.count, bytes: sizes.count == fetches.count ? total : nil))
    }

    /// Says that an object is about to be copied.
    func announce(_ offer: Substituters.Offer) {
        report(.copying(printed(offer.info.path), from: offer.cache.name))
    }

    private func printed(_ path: StorePath) -> String { store.layout.storeDirectory.print(path).description }

    /// Fetches and checks an object that was announced under its lock, from the next cache where one fails.
    func fetch(_ fetch: BuildPlan.Fetch, _ cancellation: Cancellation) -> Outcome {
        let path = fetch.offer.info.path
        defer { report(.copied(printed(path))) }
        do {
            let report = report
            let waits = { (file: RealPath) in report(.note("waiting for lock on '\(file)'")) }
            let locks = try PathLocks([store.realPath(path)], waits: waits, isOver: { cancellation.isCancelled })
            guard let locks else { return .cancelled }
            if try store.protectIfValid(path) {
                try locks.release(deleting: true)
                return .valid
            }
            let workspace = try openWorkspace()
            var offer: Substituters.Offer? = fetch.offer
            var hasFailed = false
            while let current = offer {
                let copy = ObjectCopy(
                    from: current.cache, to: store, staging: workspace.staging, partials: workspace.partials)
                guard let failure = attempt(current, copy, cancellation) else {
                    return .prepared(FetchedObject(info: current.info, copy: copy, locks: locks))
                }
                copy.discard(current.info)
                if cancellation.isCancelled { return .cancelled }
                substituters.withdraw(current)
                if failure.kind == .gone {
                    report(.warning(failure.message))
                } else {
                    report(.error(failure.message))
                    hasFailed = true
                }
                offer = try next(fetch, cancellation)
                if let offer { announce(offer) }
            }
            try locks.release(deleting: true)
            return hasFailed ? .failed : .gone
        } catch let failure as BuildFailure where failure.kind == .cancelled {
            return .cancelled
        } catch {
            report(.error((error as? BuildFailure)?.message ?? "\(error)"))
            return .failed
        }
    }

    /// Reports the end of all fetches.
    func finish(succeeded: Bool) { observer.end(succeeded: succeeded) }

    private func openWorkspace() throws(BuildFailure) -> FetchWorkspace {
        try workspace.withLock { (workspace) throws(BuildFailure) in
            if let workspace { return workspace }
            let opened = try services.workspace(in: store)
            workspace = opened
            return opened
        }
    }

    /// One try with one cache; nil where it succeeds.
    private func attempt(
        _ offer: Substituters.Offer, _ copy: ObjectCopy, _ cancellation: Cancellation
    ) -> StoreError? {
        let observer = observer
        do throws(FetchError) {
            return try Blocking.run(cancellation) { () async throws(FetchError) -> StoreError? in
                do throws(StoreError) {
                    try await copy.prepare(offer.info, observer: observer)
                    return nil
                } catch {
                    return error
                }
            }
        } catch {
            return StoreError(.download, "\(error)")
        }
    }

    /// The offer of a further cache, which may need nothing that the first did not need.
    private func next(
        _ fetch: BuildPlan.Fetch, _ cancellation: Cancellation
    ) throws(BuildFailure) -> Substituters.Offer? {
        let path = fetch.offer.info.path
        let question = Substituters.Question(path: path, asksDefault: fetch.asksDefault, needsTrust: true)
        guard let offer = try substituters.offers([question], cancellation)[path],
            offer.info.references.allSatisfy({ fetch.offer.info.references.contains($0) })
        else { return nil }
        return offer
    }
}

/// An object that is fetched and checked, but not in its place, and whose lock is held.
final class FetchedObject: Sendable {
    private let info: NARInfo
    private let copy: ObjectCopy
    private let locks: Mutex<PathLocks?>

    init(info: NARInfo, copy: ObjectCopy, locks: consuming PathLocks) {
        self.info = info
        self.copy = copy
        self.locks = Mutex(locks)
    }

    /// Makes it valid; what it refers to must be.
    func register() throws(StoreError) {
        try copy.register(info, isLocked: true)
        try release()
    }

    /// Gives it up.
    func discard() {
        copy.discard(info)
        try? release()
    }

    private func release() throws(StoreError) {
        try locks.withLock { (locks) throws(StoreError) in try locks.take()?.release(deleting: true) }
    }
}
