package import NixFormats

/// A derivation and which of its outputs are wanted; no names stand for all.
package struct BuildRequest: Hashable, Sendable {
    package var derivation: StorePath
    package var outputs: SortedSet<ByteString>

    package init(derivation: StorePath, outputs: SortedSet<ByteString> = []) {
        self.derivation = derivation
        self.outputs = outputs
    }
}

/// What has to be built and fetched so that requests are fulfilled.
package struct BuildPlan: Sendable {
    /// One derivation that has an output to make.
    package struct Step: Sendable {
        package let path: StorePath
        package let derivation: Derivation
        /// All outputs with their paths, in the order of their names.
        package let outputs: [(name: ByteString, path: StorePath)]
        /// Whether it has to be built; else its wanted outputs are all fetched.
        package var isBuilt = true
        /// The steps that it needs first, and those of its outputs that are fetched.
        package var dependencies: [StorePath] = []
    }

    /// An object that comes from a binary cache.
    struct Fetch: Sendable {
        let offer: Substituters.Offer
        /// Whether the cache that nobody chose may be asked again.
        let asksDefault: Bool
        /// What it refers to and is fetched too.
        var dependencies: [StorePath] = []
    }

    package private(set) var steps: [StorePath: Step] = [:]
    private(set) var fetches: [StorePath: Fetch] = [:]
    /// The steps and fetches, dependencies first, otherwise by path.
    package private(set) var order: [StorePath] = []
    /// Objects that were asked for and that nothing can make, with what is to be said.
    private(set) var failures: [(path: StorePath, failure: BuildFailure)] = []

    /// - Parameter objects: asked for by their own paths.
    init(
        steps: [StorePath: Step], fetches: [StorePath: Fetch] = [:],
        failures: [(path: StorePath, failure: BuildFailure)] = []
    ) {
        self.steps = steps
        self.fetches = fetches
        self.failures = failures
        order = Self.sorted(steps.mapValues(\.dependencies).merging(fetches.mapValues(\.dependencies)) { $0 + $1 })
    }

    /// What a step or fetch needs first.
    func dependencies(_ path: StorePath) -> [StorePath] {
        steps[path]?.dependencies ?? fetches[path]?.dependencies ?? []
    }

    /// Post-order from each in the order of paths, without recursion; dependencies that are not among them are left out.
    static func sorted(_ dependencies: [StorePath: [StorePath]]) -> [StorePath] {
        var order: [StorePath] = []
        var visited: Set<StorePath> = []
        for start in dependencies.keys.sorted() where visited.insert(start).inserted {
            var open = [(path: start, rest: dependencies[start]?.sorted(by: >) ?? [])]
            while let last = open.indices.last {
                if let next = open[last].rest.popLast() {
                    if dependencies[next] != nil, visited.insert(next).inserted {
                        open.append((next, dependencies[next]?.sorted(by: >) ?? []))
                    }
                } else {
                    order.append(open.removeLast().path)
                }
            }
        }
        return order
    }
}
