import NixEval
import NixFormats

/// What a new lock file has that the old one has not, for people.
enum LockDifference {
    /// Lines without a line break at the end; empty where both name the same.
    static func text(from old: LockGraph, to new: LockGraph) -> String {
        let before = old.allInputs
        let after = new.allInputs
        var lines: [String] = []
        var i = 0
        var j = 0
        while i < before.count || j < after.count {
            let isOld = j == after.count || i < before.count && InputPath.precedes(before[i].path, after[j].path)
            let isNew = i == before.count || j < after.count && InputPath.precedes(after[j].path, before[i].path)
            if isNew {
                lines.append("• Added input '\(after[j].path.text)':\n    \(describe(after[j].edge))")
                j += 1
            } else if isOld {
                lines.append("• Removed input '\(before[i].path.text)'")
                i += 1
            } else {
                if !areSame(before[i].edge, after[j].edge) {
                    lines.append(
                        "• Updated input '\(after[j].path.text)':\n    \(describe(before[i].edge))\n  → \(describe(after[j].edge))"
                    )
                }
                i += 1
                j += 1
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func areSame(_ left: LockEdge, _ right: LockEdge) -> Bool {
        switch (left, right) {
        case (.node(let a), .node(let b)):
            guard let a = a.input, let b = b.input else { return false }
            return a.locked.isSame(as: b.locked) && a.isFinal == b.isFinal
        case (.follows(let a), .follows(let b)): return a == b
        default: return false
        }
    }

    private static func describe(_ edge: LockEdge) -> String {
        switch edge {
        case .follows(let path): return "follows '\(path.text)'"
        case .node(let node):
            guard let locked = node.input?.locked else { return "" }
            guard case .integer(let seconds)? = locked.attributes["lastModified"] else { return "'\(locked.url)'" }
            return "'\(locked.url)' (\(UTCDate.day(Int64(clamping: seconds))))"
        }
    }
}
