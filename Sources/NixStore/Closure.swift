package import NixFormats

/// Which way a closure follows references.
package enum ClosureDirection: Sendable {
    /// What a path needs.
    case references
    /// What needs a path.
    case referrers
}

extension LocalStore {
    /// Every path reachable from `paths`, those included, in bytewise order.
    ///
    /// - Parameters:
    ///   - includingOutputs: also follow from a derivation to its valid outputs.
    ///   - includingDerivers: also follow from a path to its valid deriver.
    package func closure(
        _ paths: some Sequence<StorePath>, _ direction: ClosureDirection = .references,
        includingOutputs: Bool = false, includingDerivers: Bool = false
    ) throws(StoreError) -> SortedSet<StorePath> {
        var seen = Set(paths)
        var pending = Array(seen)
        for path in pending where try !isValid(path) { _ = try requireInfo(path) }
        while let path = pending.popLast() {
            let neighbours = try query { queries in
                var found =
                    switch direction {
                    case .references: try queries.references(path)
                    case .referrers: try queries.referrers(path)
                    }
                if includingOutputs, path.isDerivation {
                    for output in try queries.derivationOutputs(path)
                    where try queries.identifier(output.path) != nil { found.append(output.path) }
                }
                if includingDerivers, let deriver = try queries.info(path)?.deriver,
                    try queries.identifier(deriver) != nil
                {
                    found.append(deriver)
                }
                return found
            }
            for neighbour in neighbours where seen.insert(neighbour).inserted { pending.append(neighbour) }
        }
        return SortedSet(seen)
    }

    /// `paths` ordered so that each comes after everything among them that it refers to.
    package func sortedByReferences(_ paths: some Sequence<StorePath>) throws(StoreError) -> [StorePath] {
        let wanted = SortedSet(paths)
        var sorted: [StorePath] = []
        var visited: Set<StorePath> = []
        for start in wanted where visited.insert(start).inserted {
            // Each open path with those of its references that are still to be looked at.
            var open = [(path: start, rest: try references(start, among: wanted))]
            while let last = open.indices.last {
                if let next = open[last].rest.popLast() {
                    if visited.insert(next).inserted { open.append((next, try references(next, among: wanted))) }
                } else {
                    sorted.append(open.removeLast().path)
                }
            }
        }
        return sorted
    }

    private func references(
        _ path: StorePath, among wanted: SortedSet<StorePath>
    ) throws(StoreError) -> [StorePath] {
        try query { try $0.references(path) }.filter { $0 != path && wanted.contains($0) }.sorted(by: >)
    }
}
