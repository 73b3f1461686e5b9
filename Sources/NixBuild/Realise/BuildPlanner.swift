import NixFormats
import NixStore

/// Finds out what has to be built and what binary caches have, level by level: all that one level asks is asked at once.
///
/// A derivation whose missing outputs caches have needs none of its inputs.
struct BuildPlanner {
    let store: LocalStore
    let options: BuildOptions
    private let substituters: Substituters?
    private let cancellation: Cancellation
    /// Whether only what may be taken counts as there, with all that it refers to.
    ///
    /// Nix's announcement is made without.
    private let isStrict: Bool

    /// What was read.
    var derivations: [StorePath: Derivation] = [:]
    /// The derivations to build, and those whose outputs come from caches.
    private var steps: [StorePath: BuildPlan.Step] = [:]
    /// The missing outputs that requests want of a derivation.
    private var missing: [StorePath: Set<StorePath>] = [:]
    /// What caches have of what was asked for; nil for what they do not have.
    private var offers: [StorePath: Substituters.Offer?] = [:]
    /// Outputs for which the cache that nobody chose is not asked.
    private var ownFetches: Set<StorePath> = []
    /// Objects to fetch, found by being wanted.
    private var fetched: Set<StorePath> = []
    private var seenRequests: Set<BuildRequest> = []
    private var seenObjects: Set<StorePath> = []

    private init(
        _ store: LocalStore, _ options: BuildOptions, _ substituters: Substituters?, _ cancellation: Cancellation,
        isStrict: Bool
    ) {
        self.store = store
        self.options = options
        self.substituters = substituters
        self.cancellation = cancellation
        self.isStrict = isStrict
    }

    var directory: StoreDirectory { store.layout.storeDirectory }

    /// What building would do, as Nix announces it: without asking who signed what caches have.
    static func announcement(
        _ requests: [BuildRequest], _ objects: [StorePath], in store: LocalStore, options: BuildOptions,
        substituters: Substituters?, _ cancellation: Cancellation
    ) throws(BuildFailure) -> PlannedWork {
        var planner = BuildPlanner(store, options, substituters, cancellation, isStrict: false)
        try planner.explore(requests, objects, isForced: options.rebuilds)
        return planner.announcement()
    }

    /// What is to be done.
    ///
    /// - Parameter announce: told first what Nix announces.
    /// - Throws: `BuildFailure` for a derivation that is not there, and for outputs that it does not have.
    static func plan(
        _ requests: [BuildRequest], _ objects: [StorePath], in store: LocalStore, options: BuildOptions,
        substituters: Substituters?, _ cancellation: Cancellation, announce: ((PlannedWork) -> Void)? = nil
    ) throws(BuildFailure) -> BuildPlan {
        var planner = BuildPlanner(store, options, substituters, cancellation, isStrict: true)
        if let announce {
            var first = BuildPlanner(store, options, substituters, cancellation, isStrict: false)
            try first.explore(requests, objects, isForced: options.rebuilds)
            announce(first.announcement())
            // Where caches have nothing there is nothing to look at more strictly.
            if first.offers.values.allSatisfy({ $0 == nil }) { return first.finished(objects) }
            planner.derivations = first.derivations
        }
        try planner.explore(requests, objects, isForced: options.rebuilds)
        while case let lacking = planner.lackingSteps(), !lacking.isEmpty {
            try planner.build(lacking)
        }
        return planner.finished(objects)
    }

    private func announcement() -> PlannedWork {
        var work = PlannedWork()
        func printed(_ path: StorePath) -> String { directory.print(path).description }
        let built = steps.filter { $0.value.isBuilt }
        work.builds = BuildPlan.sorted(built.mapValues(\.dependencies)).map(printed)
        for path in fetched.sorted(by: Self.precedes) {
            guard let offer = offers[path] ?? nil else {
                work.unknown.append(printed(path))
                continue
            }
            work.fetches.append(printed(path))
            work.downloadSize &+= offer.info.fileSize ?? 0
            work.unpackedSize &+= offer.info.narSize
        }
        work.unknown.sort()
        return work
    }

    // MARK: Looking

    private mutating func explore(
        _ requests: [BuildRequest], _ objects: [StorePath], isForced: Bool = false
    ) throws(BuildFailure) {
        var isForced = isForced
        var (requests, objects) = (requests, objects)
        while !requests.isEmpty || !objects.isEmpty {
            var nextRequests: [BuildRequest] = []
            var nextObjects: [StorePath] = []
            var open: [(path: StorePath, missing: [StorePath])] = []
            var questions: [Substituters.Question] = []
            for request in requests where seenRequests.insert(request).inserted {
                guard let (found, wanted) = try step(for: request, isForced: isForced) else { continue }
                var step = found
                missing[step.path, default: []].formUnion(wanted)
                if !isForced, let substituters, substituters.options.allow(step.derivation) {
                    for path in wanted {
                        if step.derivation.isFetchedHere { ownFetches.insert(path) }
                        ask(path, &questions)
                    }
                    open.append((step.path, wanted))
                    step.isBuilt = steps[step.path]?.isBuilt ?? false
                    steps[step.path] = step
                } else if steps[step.path]?.isBuilt != true {
                    steps[step.path] = step
                    nextRequests += try inputs(step)
                }
            }
            var wished: [StorePath] = []
            for object in objects where seenObjects.insert(object).inserted {
                guard try !isValid(object) else { continue }
                wished.append(object)
                if substituters?.options.isUsed == true { ask(object, &questions) }
            }
            try take(questions)
            for (path, wanted) in open {
                let there = wanted.filter { (offers[$0] ?? nil) != nil }
                if there.count < wanted.count, let step = steps[path], !step.isBuilt {
                    steps[path]?.isBuilt = true
                    nextRequests += try inputs(step)
                }
                if isStrict || there.count == wanted.count { nextObjects += there }
            }
            for object in wished {
                fetched.insert(object)
                guard let offer = offers[object] ?? nil else { continue }
                nextObjects += offer.info.references.filter { $0 != object }
            }
            isForced = false
            requests = nextRequests.sorted { Self.precedes($0.derivation, $1.derivation) }
            objects = nextObjects.sorted(by: Self.precedes)
        }
    }

    /// The order in which Nix looks at objects: by name.
    private static func precedes(_ one: StorePath, _ other: StorePath) -> Bool {
        one.name.elementsEqual(other.name) ? one < other : one.name.lexicographicallyPrecedes(other.name)
    }

    /// What a step that is built needs first.
    private func inputs(_ step: BuildPlan.Step) throws(BuildFailure) -> [BuildRequest] {
        guard step.derivation.dynamicInputs.isEmpty else {
            throw BuildFailure(
                .miscellaneous,
                "cannot build '\(directory.print(step.path))': it needs outputs of derivations that other outputs hold, which are not built yet by nixlite"
            )
        }
        return step.derivation.inputDerivations.map { BuildRequest(derivation: $0.key, outputs: $0.value) }
    }

    private mutating func ask(_ path: StorePath, _ questions: inout [Substituters.Question]) {
        // Claimed now, so that one level does not ask twice.
        if case .some = offers[path] { return }
        offers[path] = .some(nil)
        questions.append(
            Substituters.Question(path: path, asksDefault: !ownFetches.contains(path), needsTrust: isStrict))
    }

    private mutating func take(_ questions: [Substituters.Question]) throws(BuildFailure) {
        guard let substituters else { return }
        for (path, offer) in try substituters.offers(questions, cancellation) { offers[path] = offer }
    }

    func isValid(_ path: StorePath) throws(BuildFailure) -> Bool {
        try BuildFailure.ofStore { () throws(StoreError) in try store.protectIfValid(path) }
    }

    // MARK: What caches do not have in whole

    /// Objects that cannot be fetched, for they or what they refer to are nowhere.
    private func unobtainable() -> Set<StorePath> {
        var referrers: [StorePath: [StorePath]] = [:]
        var lacking: Set<StorePath> = []
        var open: [StorePath] = []
        for path in fetched {
            if let offer = offers[path] ?? nil {
                for reference in offer.info.references where reference != path {
                    referrers[reference, default: []].append(path)
                }
            } else if lacking.insert(path).inserted {
                open.append(path)
            }
        }
        while let path = open.popLast() {
            for referrer in referrers[path] ?? [] where lacking.insert(referrer).inserted { open.append(referrer) }
        }
        return lacking
    }

    /// The steps whose outputs were to be fetched and cannot be.
    private func lackingSteps() -> [BuildPlan.Step] {
        guard steps.contains(where: { !$0.value.isBuilt }) else { return [] }
        let lacking = unobtainable()
        return steps.values.filter { step in
            !step.isBuilt && missing[step.path, default: []].contains { lacking.contains($0) }
        }
    }

    private mutating func build(_ lacking: [BuildPlan.Step]) throws(BuildFailure) {
        for step in lacking { steps[step.path]?.isBuilt = true }
        var needed: [BuildRequest] = []
        for step in lacking { needed += try inputs(step) }
        try explore(needed.sorted { Self.precedes($0.derivation, $1.derivation) }, [])
    }

    /// The plan, with what is needed and can be had.
    private func finished(_ objects: [StorePath]) -> BuildPlan {
        let lacking = unobtainable()
        var failures: [(path: StorePath, failure: BuildFailure)] = []
        for object in objects where lacking.contains(object) && !failures.contains(where: { $0.path == object }) {
            let isOffered = (offers[object] ?? nil) != nil
            failures.append(
                (object, isOffered ? .referencesMissing(directory, object) : .noSubstituter(directory, object)))
        }
        var fetches: [StorePath: BuildPlan.Fetch] = [:]
        var open = objects + missing.values.flatMap { $0 }
        while let path = open.popLast() {
            guard fetches[path] == nil, fetched.contains(path), !lacking.contains(path), let offer = offers[path] ?? nil
            else { continue }
            let references = offer.info.references.filter { $0 != path && fetched.contains($0) }
            fetches[path] = BuildPlan.Fetch(
                offer: offer, asksDefault: !ownFetches.contains(path), dependencies: references)
            open += references
        }
        var complete = steps
        for (path, step) in steps {
            var needed = missing[path, default: []].filter { fetches[$0] != nil }
            if step.isBuilt {
                for input in step.derivation.inputDerivations.keys where steps[input] != nil { needed.insert(input) }
            }
            complete[path]?.dependencies = needed.sorted()
        }
        return BuildPlan(steps: complete, fetches: fetches, failures: failures)
    }
}
