import NixFormats

/// The state of one realisation: what waits, runs, is done or failed.
///
/// It knows nothing of threads.
struct BuildRun {
    private enum State {
        case waiting, running, done, failed
    }

    private let plan: BuildPlan
    private let requested: [StorePath]
    private let keepGoing: Bool
    private var states: [StorePath: State] = [:]
    private var failures: [StorePath: BuildFailure] = [:]
    private var running: Set<StorePath> = []
    /// True once a failure says that nothing more may start.
    private(set) var isStopped = false

    init(_ plan: BuildPlan, requests: [StorePath], keepGoing: Bool) {
        self.plan = plan
        requested = requests
        self.keepGoing = keepGoing
        for path in plan.order { states[path] = .waiting }
    }

    var isBusy: Bool { !running.isEmpty }

    /// Marks the next step that may start as running and returns it; nil where none may now.
    mutating func next(maxJobs: Int, maxFetches: Int) -> StorePath? {
        guard !isStopped else { return nil }
        let fetches = running.count { plan.steps[$0]?.derivation.isBuiltin ?? false }
        for path in plan.order where states[path] == .waiting {
            guard let step = plan.steps[path], step.dependencies.allSatisfy({ states[$0] == .done }) else { continue }
            let hasRoom =
                step.derivation.isBuiltin ? fetches < max(1, maxFetches) : running.count - fetches < max(1, maxJobs)
            guard hasRoom else { continue }
            states[path] = .running
            running.insert(path)
            return path
        }
        return nil
    }

    /// Takes a step's end and returns the failures that have to be reported now: those of derivations that nobody asked for by
    /// name, and those of what depends on them.
    mutating func finish(
        _ path: StorePath, _ failure: BuildFailure?, outputs: (StorePath) -> [String], name: (StorePath) -> String
    ) -> [BuildFailure] {
        running.remove(path)
        guard let failure else {
            states[path] = .done
            return []
        }
        states[path] = .failed
        guard failure.kind != .cancelled else { return [] }
        var reports = fail(path, failure)
        if !keepGoing { isStopped = true }
        reports += failDependents(outputs, name)
        return reports
    }

    /// The failures of requests, in their order.
    var requestFailures: [(StorePath, BuildFailure)] {
        var seen: Set<StorePath> = []
        return requested.compactMap { path in
            guard seen.insert(path).inserted, let failure = failures[path] else { return nil }
            return (path, failure)
        }
    }

    /// The kinds of all that failed.
    var failureKinds: [BuildFailure.Kind] { failures.values.map(\.kind) }

    private mutating func fail(_ path: StorePath, _ failure: BuildFailure) -> [BuildFailure] {
        states[path] = .failed
        failures[path] = failure
        return requested.contains(path) ? [] : [failure]
    }

    /// Fails what waits for a failure: at once where nothing may go on, else when all it waits for has ended.
    private mutating func failDependents(
        _ outputs: (StorePath) -> [String], _ name: (StorePath) -> String
    ) -> [BuildFailure] {
        var reports: [BuildFailure] = []
        for path in plan.order where states[path] == .waiting {
            guard let step = plan.steps[path] else { continue }
            let failed = step.dependencies.count { failures[$0] != nil }
            let isOver = step.dependencies.allSatisfy { states[$0] == .done || states[$0] == .failed }
            guard failed > 0, isOver || !keepGoing else { continue }
            reports += fail(path, .dependenciesFailed(name(path), count: failed, outputs: outputs(path)))
        }
        return reports
    }
}
