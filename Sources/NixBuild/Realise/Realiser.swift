import NixFormats
package import NixStore

/// Builds what requests ask for and what they depend on, as much at once as the options allow.
///
/// The words, their order and what stops what are those of Nix 2.34: without `keepGoing` the first failure stops everything
/// that has not started and cuts off what has; with it everything that does not depend on a failure goes on.
package final class Realiser: Sendable {
    package let store: LocalStore
    package let options: BuildOptions
    private let builder: DerivationBuilder
    private let report: BuildReporter
    private let cancellation: Cancellation

    package init(
        store: LocalStore, options: BuildOptions, services: BuildServices, cancellation: Cancellation,
        report: @escaping BuildReporter
    ) {
        self.store = store
        self.options = options
        self.report = report
        self.cancellation = cancellation
        builder = DerivationBuilder(store: store, options: options, services: services, report: report)
    }

    /// What building `requests` would build.
    package func plan(_ requests: [BuildRequest]) throws(BuildFailure) -> BuildPlan {
        try BuildPlan(requests, in: store, options: options)
    }

    /// Makes the outputs of all requests valid.
    ///
    /// - Throws: `RealisationError` with what is to be said last; what came before was reported.
    package func realise(_ requests: [BuildRequest]) throws(RealisationError) {
        let plan: BuildPlan
        do { plan = try self.plan(requests) } catch { throw RealisationError([error], requests: []) }
        guard !plan.order.isEmpty else { return }
        report(.planned(plan.order.map(printed)))
        var run = BuildRun(plan, requests: requests.map(\.derivation), keepGoing: options.keepGoing)
        let results = Mailbox<(StorePath, BuildFailure?)>()
        let stop = Cancellation()
        // An interruption from outside also reaches what is under way.
        cancellation.withHandler({ stop.cancel() }) {
            while true {
                while let path = run.next(maxJobs: options.maxJobs, maxFetches: options.maxFetches),
                    let step = plan.steps[path]
                {
                    start(step, stop, results)
                }
                guard run.isBusy else { break }
                let (path, failure) = results.take()
                for failure in run.finish(path, failure, outputs: { self.outputs(plan, $0) }, name: printed) {
                    report(.error(failure.message))
                }
                if run.isStopped { stop.cancel() }
            }
        }
        if cancellation.isCancelled {
            throw RealisationError([BuildFailure(.cancelled, "interrupted by the user")], requests: [])
        }
        let failures = run.requestFailures
        guard failures.isEmpty else { throw error(failures, requests, run.failureKinds) }
    }

    private func start(
        _ step: BuildPlan.Step, _ stop: Cancellation, _ results: Mailbox<(StorePath, BuildFailure?)>
    ) {
        let builder = builder
        Blocking.startThread {
            do throws(BuildFailure) {
                try builder.build(step, stop)
                results.put((step.path, nil))
            } catch {
                results.put((step.path, error))
            }
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
