import NixFormats

/// The state of one realisation: what waits, runs, is done or failed.
///
/// It knows nothing of threads. Builds begin when all that they need is done; fetches begin at once and become valid when what
/// they refer to is.
struct BuildRun {
    private enum State {
        case waiting, running, prepared, done, failed
        /// It could not be fetched, which is no failure yet: another plan does without.
        case unavailable
    }

    private let plan: BuildPlan
    private let requested: Set<StorePath>
    private let words: Words
    private let keepGoing: Bool
    private var states: [StorePath: State] = [:]
    private var failures: [StorePath: BuildFailure] = [:]
    private var running: Set<StorePath> = []
    /// What did not begin yet, in the plan's order.
    private var waiting: [StorePath]
    /// What is prepared and waits for what it refers to.
    private var prepared: Set<StorePath> = []
    /// True once a failure says that nothing more may start.
    private(set) var isStopped = false
    /// Whether something could not be fetched that may be made in another way.
    private(set) var needsAnotherPlan = false

    /// How failures name things.
    struct Words {
        let storeDirectory: StoreDirectory
        let outputs: (StorePath) -> [String]

        func name(_ path: StorePath) -> String { storeDirectory.print(path).description }
    }

    /// How many of a kind may run at the same time.
    struct Limits {
        var jobs = 1
        var builtinFetches = 1
        var substitutions = 1
    }

    init(_ plan: BuildPlan, requests: [StorePath], keepGoing: Bool, words: Words) {
        self.plan = plan
        requested = Set(requests)
        self.keepGoing = keepGoing
        self.words = words
        waiting = plan.order
        for path in plan.order { states[path] = .waiting }
    }

    var isBusy: Bool { !running.isEmpty }

    /// Marks what may start next as running and returns it; nil where nothing may now.
    mutating func next(_ limits: Limits) -> StorePath? {
        guard !isStopped else { return nil }
        let substitutions = running.count { plan.fetches[$0] != nil }
        let builtin = running.count { plan.steps[$0]?.derivation.isBuiltin ?? false }
        let jobs = running.count - substitutions - builtin
        for (index, path) in waiting.enumerated() where states[path] == .waiting {
            let hasRoom: Bool
            if let step = plan.steps[path] {
                guard step.isBuilt, step.dependencies.allSatisfy({ states[$0] == .done }) else { continue }
                hasRoom =
                    step.derivation.isBuiltin ? builtin < max(1, limits.builtinFetches) : jobs < max(1, limits.jobs)
            } else {
                guard !plan.dependencies(path).contains(where: { hasEndedBadly($0) }) else { continue }
                hasRoom = substitutions < max(1, limits.substitutions)
            }
            guard hasRoom else { continue }
            waiting.remove(at: index)
            states[path] = .running
            running.insert(path)
            return path
        }
        return nil
    }

    private func hasEndedBadly(_ path: StorePath) -> Bool {
        states[path] == .failed || states[path] == .unavailable
    }

    // MARK: Ends

    /// Takes a step's end and returns the failures that have to be reported now: those of derivations that nobody asked for by
    /// name, and those of what depends on them.
    mutating func finish(_ path: StorePath, _ failure: BuildFailure?) -> [BuildFailure] {
        running.remove(path)
        guard let failure else {
            states[path] = .done
            finishSteps()
            return []
        }
        states[path] = .failed
        guard failure.kind != .cancelled else { return [] }
        var reports = fail(path, failure)
        if !keepGoing { isStopped = true }
        reports += failDependents()
        return reports
    }

    /// Takes note that an object is fetched and waits for what it refers to; returns what has to be reported now.
    mutating func prepare(_ path: StorePath) -> [BuildFailure] {
        running.remove(path)
        prepared.insert(path)
        if states[path] == .running { states[path] = .prepared }
        return failDependents()
    }

    /// A prepared object all of whose references are valid.
    mutating func nextToRegister() -> StorePath? {
        let found = prepared.first { path in plan.dependencies(path).allSatisfy { states[$0] == .done } }
        if let found { prepared.remove(found) }
        return found
    }

    /// Prepared objects that will not become valid, for what they refer to could not be fetched.
    mutating func discarded() -> [StorePath] {
        let gone = prepared.filter { hasEndedBadly($0) || isStopped }
        prepared.subtract(gone)
        return Array(gone)
    }

    /// Takes note that an object could not be fetched, and returns what has to be reported now.
    ///
    /// - Parameters:
    ///   - isFailure: whether something went wrong, other than that no cache has the object any more.
    ///   - endsAll: whether what wanted the object fails then.
    mutating func lose(_ path: StorePath, isFailure: Bool, endsAll: Bool) -> [BuildFailure] {
        running.remove(path)
        guard endsAll else {
            needsAnotherPlan = true
            states[path] = .unavailable
            let failure = BuildFailure.noSubstituter(words.storeDirectory, path)
            let referrers = loseReferrers()
            return isFailure
                ? [failure] + referrers.map { .referencesMissing(words.storeDirectory, $0) } : []
        }
        return finish(path, .noSubstituter(words.storeDirectory, path))
    }

    /// Marks the fetches that refer to something unavailable, in their order.
    private mutating func loseReferrers() -> [StorePath] {
        var lost: [StorePath] = []
        for path in plan.order where plan.fetches[path] != nil && states[path] != .unavailable {
            guard plan.dependencies(path).contains(where: { states[$0] == .unavailable }) else { continue }
            states[path] = .unavailable
            lost.append(path)
        }
        return lost
    }

    /// The failures of requests, in the order of `requests`.
    func failures(of requests: [StorePath]) -> [(StorePath, BuildFailure)] {
        var seen: Set<StorePath> = []
        return requests.compactMap { path in
            guard seen.insert(path).inserted, let failure = failures[path] else { return nil }
            return (path, failure)
        }
    }

    /// The kinds of all that failed.
    var failureKinds: [BuildFailure.Kind] { failures.values.map(\.kind) }

    /// Ends the steps that have nothing to do but to wait for fetches.
    private mutating func finishSteps() {
        for path in waiting where states[path] == .waiting {
            guard let step = plan.steps[path], !step.isBuilt,
                step.dependencies.allSatisfy({ states[$0] == .done })
            else { continue }
            states[path] = .done
        }
    }

    private mutating func fail(_ path: StorePath, _ failure: BuildFailure) -> [BuildFailure] {
        states[path] = .failed
        failures[path] = failure
        return requested.contains(path) ? [] : [failure]
    }

    /// Fails what waits for a failure: at once where nothing may go on, else when all it waits for has ended.
    private mutating func failDependents() -> [BuildFailure] {
        var reports: [BuildFailure] = []
        for path in plan.order where states[path] == .waiting || states[path] == .prepared {
            let dependencies = plan.dependencies(path)
            let failed = dependencies.filter { failures[$0] != nil }
            guard !failed.isEmpty else { continue }
            guard plan.steps[path] != nil else {
                reports += fail(path, .referencesMissing(words.storeDirectory, path))
                continue
            }
            if failed.contains(where: { plan.fetches[$0] != nil }) {
                reports += fail(path, .substitutesFailed(words.storeDirectory, path))
                continue
            }
            let isOver = dependencies.allSatisfy { states[$0] == .done || hasEndedBadly($0) }
            guard isOver || !keepGoing else { continue }
            reports += fail(
                path, .dependenciesFailed(words.name(path), count: failed.count, outputs: words.outputs(path)))
        }
        return reports
    }
}
