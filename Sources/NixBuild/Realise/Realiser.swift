package import NixFormats
package import NixStore

/// Builds what requests ask for and what they depend on, or fetches it from binary caches, as much at once as the options allow.
///
/// The words, their order and what stops what are those of Nix 2.34: without `keepGoing` the first failure stops everything
/// that has not started and cuts off what has; with it everything that does not depend on a failure goes on.
package final class Realiser: Sendable {
    package let store: LocalStore
    package let options: BuildOptions
    private let builder: DerivationBuilder
    private let report: BuildReporter
    private let cancellation: Cancellation
    private let services: BuildServices
    private let substituters: Substituters?

    /// - Parameter substituters: asked before anything is built.
    package init(
        store: LocalStore, options: BuildOptions, services: BuildServices, substituters: Substituters? = nil,
        cancellation: Cancellation, report: @escaping BuildReporter
    ) {
        self.store = store
        self.options = options
        self.services = services
        self.substituters = substituters
        self.report = report
        self.cancellation = cancellation
        builder = DerivationBuilder(store: store, options: options, services: services, report: report)
    }

    /// What realising would build and fetch.
    package func announcement(
        _ requests: [BuildRequest], objects: [StorePath] = []
    ) throws(BuildFailure) -> PlannedWork {
        try BuildPlanner.announcement(
            requests, objects, in: store, options: options, substituters: substituters, cancellation)
    }

    /// Makes the outputs of all requests valid, and objects that are asked for by their own paths.
    ///
    /// - Parameter announces: whether to say first what will be done.
    /// - Throws: `RealisationError` with what is to be said last; what came before was reported.
    package func realise(
        _ requests: [BuildRequest], objects: [StorePath] = [], announces: Bool = true
    ) throws(RealisationError) {
        var isFirst = announces
        while true {
            let plan: BuildPlan
            do throws(BuildFailure) {
                plan = try BuildPlanner.plan(
                    requests, objects, in: store, options: options, substituters: substituters, cancellation,
                    announce: isFirst ? { self.announce($0) } : nil)
            } catch {
                throw RealisationError([error], requests: [])
            }
            isFirst = false
            if !plan.failures.isEmpty, !options.keepGoing || plan.order.isEmpty {
                let failures = plan.failures.map { ($0.path, $0.failure) }
                throw error(failures, requests, failures.map(\.1.kind))
            }
            // What a cache does not have any more has to be had in another way.
            guard try run(plan, requests, objects) else { return }
        }
    }

    private func announce(_ work: PlannedWork) {
        if !work.isEmpty { report(.planned(work)) }
    }

    // MARK: One plan

    private enum End: Sendable {
        case built(BuildFailure?)
        case fetched(ObjectFetcher.Outcome)
    }

    /// Does what a plan says.
    ///
    /// - Returns: whether another plan is needed, for objects of this one could not be fetched.
    private func run(
        _ plan: BuildPlan, _ requests: [BuildRequest], _ objects: [StorePath]
    ) throws(RealisationError) -> Bool {
        guard !plan.order.isEmpty else { return false }
        let requested = requests.map(\.derivation) + objects
        let words = BuildRun.Words(storeDirectory: store.layout.storeDirectory) { self.outputs(plan, $0) }
        var run = BuildRun(plan, requests: requested, keepGoing: options.keepGoing, words: words)
        let limits = BuildRun.Limits(
            jobs: options.maxJobs, builtinFetches: options.maxFetches, substitutions: options.substitution.jobs)
        let fetcher =
            plan.fetches.isEmpty
            ? nil
            : substituters.map { substituters in
                ObjectFetcher(
                    substituters, for: Array(plan.fetches.values), store: store, services: services, report: report)
            }
        let results = Mailbox<(StorePath, End)>()
        let stop = Cancellation()
        var prepared: [StorePath: FetchedObject] = [:]
        // An interruption from outside also reaches what is under way.
        cancellation.withHandler({ stop.cancel() }) {
            while true {
                while let path = run.next(limits) { start(path, plan, fetcher, stop, results) }
                guard run.isBusy else { break }
                let (path, end) = results.take()
                tell(take(path, end, &run, &prepared))
                while let path = run.nextToRegister() { tell(register(path, &run, &prepared)) }
                for path in run.discarded() { prepared.removeValue(forKey: path)?.discard() }
                if run.isStopped { stop.cancel() }
            }
        }
        for object in prepared.values { object.discard() }
        let failures = run.failures(of: requested) + plan.failures.map { ($0.path, $0.failure) }
        fetcher?.finish(succeeded: failures.isEmpty && !cancellation.isCancelled)
        if cancellation.isCancelled {
            throw RealisationError([BuildFailure(.cancelled, "interrupted by the user")], requests: [])
        }
        if run.needsAnotherPlan, failures.isEmpty || options.keepGoing { return true }
        guard failures.isEmpty else { throw error(failures, requests, run.failureKinds) }
        return false
    }

    private func tell(_ failures: [BuildFailure]) {
        for failure in failures { report(.error(failure.message)) }
    }

    private func start(
        _ path: StorePath, _ plan: BuildPlan, _ fetcher: ObjectFetcher?, _ stop: Cancellation,
        _ results: Mailbox<(StorePath, End)>
    ) {
        if let fetch = plan.fetches[path], let fetcher {
            // Here, for threads begin in any order.
            fetcher.announce(fetch.offer)
            Blocking.startThread { results.put((path, .fetched(fetcher.fetch(fetch, stop)))) }
        } else if let step = plan.steps[path] {
            let builder = builder
            Blocking.startThread {
                do throws(BuildFailure) {
                    try builder.build(step, stop)
                    results.put((path, .built(nil)))
                } catch {
                    results.put((path, .built(error)))
                }
            }
        }
    }

    /// Takes note of an end, and returns what has to be reported.
    private func take(
        _ path: StorePath, _ end: End, _ run: inout BuildRun, _ prepared: inout [StorePath: FetchedObject]
    ) -> [BuildFailure] {
        switch end {
        case .built(let failure): return run.finish(path, failure)
        case .fetched(.valid): return run.finish(path, nil)
        case .fetched(.cancelled): return run.finish(path, .interrupted)
        case .fetched(.prepared(let object)):
            prepared[path] = object
            return run.prepare(path)
        case .fetched(.gone): return run.lose(path, isFailure: false, endsAll: false)
        case .fetched(.failed): return run.lose(path, isFailure: true, endsAll: !options.substitution.fallsBack)
        }
    }

    private func register(
        _ path: StorePath, _ run: inout BuildRun, _ prepared: inout [StorePath: FetchedObject]
    ) -> [BuildFailure] {
        do throws(StoreError) {
            try prepared.removeValue(forKey: path)?.register()
            return run.finish(path, nil)
        } catch {
            report(.error(error.message))
            return run.lose(path, isFailure: true, endsAll: true)
        }
    }

    private func printed(_ path: StorePath) -> String { store.layout.storeDirectory.print(path).description }

    private func outputs(_ plan: BuildPlan, _ path: StorePath) -> [String] {
        plan.steps[path]?.outputs.map { printed($0.path) } ?? []
    }

    /// One failure is the error; several are all reported, and the error lists what was asked for.
    ///
    /// - Parameter kinds: those of everything that failed.
    private func error(
        _ failures: [(StorePath, BuildFailure)], _ requests: [BuildRequest], _ kinds: [BuildFailure.Kind]
    ) -> RealisationError {
        if failures.count > 1 { for (_, failure) in failures { report(.error(failure.message)) } }
        let names = Set(failures.map(\.0)).map { path in
            guard requests.contains(where: { $0.derivation == path }) else { return "'\(printed(path))'" }
            let outputs = requests.first { $0.derivation == path }?.outputs ?? []
            let names = outputs.isEmpty ? "*" : outputs.map(\.description).joined(separator: ",")
            return "'\(printed(path))^\(names)'"
        }
        return RealisationError(failures.map(\.1), requests: names.sorted(), kinds: kinds)
    }
}

/// How a realisation ends that failed.
package struct RealisationError: Error, Sendable {
    /// What to print last, after `error: `.
    package let message: String
    /// The exit code of `nix-build` and `nix-store --realise`.
    package let legacyExitCode: Int32
    package let failures: [BuildFailure]

    /// - Parameters:
    ///   - requests: the failed requests as messages name them, where there is more than one.
    ///   - kinds: those of everything that failed, where that is more.
    init(_ failures: [BuildFailure], requests: [String], kinds: [BuildFailure.Kind] = []) {
        self.failures = failures
        message =
            failures.count == 1
            ? failures[0].message : "build of \(requests.joined(separator: ", ")) failed"
        legacyExitCode = BuildExitCode.legacy(failures.map(\.kind) + kinds)
    }
}
