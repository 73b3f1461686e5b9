/// "Did you mean …?": names at a small edit distance.
package enum Suggestions {
    /// Up to five names at distance two or less, nearest first, then bytewise.
    package static func best(among names: [String], for query: String) -> [String] {
        let query = Array(query.utf8)
        return
            names
            .map { (distance: distance(query, Array($0.utf8)), name: $0) }
            .filter { $0.distance <= 2 }
            .sorted { left, right in
                left.distance != right.distance
                    ? left.distance < right.distance : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
            }
            .prefix(5).map(\.name)
    }

    /// Levenshtein distance, given up (as a large number) where the lengths alone rule the pair out.
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        guard abs(first.count - second.count) <= 2 else { return .max }
        var previous = Array(0...second.count)
        var current = previous
        for (i, byte) in first.enumerated() {
            current[0] = i + 1
            for j in second.indices {
                let substitution = previous[j] + (byte == second[j] ? 0 : 1)
                current[j + 1] = min(previous[j + 1] + 1, current[j] + 1, substitution)
            }
            swap(&previous, &current)
        }
        return previous[second.count]
    }

    /// " Did you mean …?" or nothing, as Nix words it.
    package static func sentence(_ names: [String]) -> String {
        switch names.count {
        case 0: ""
        case 1: "Did you mean \(names[0])?"
        default: "Did you mean one of \(names.dropLast().joined(separator: ", ")) or \(names[names.count - 1])?"
        }
    }
}
