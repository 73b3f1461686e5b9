import NixFormats

/// The inputs of a flake and theirs, each with what it was locked to: what a lock file holds.
final class LockNode {
    /// Nil for the root.
    let input: LockedInput?
    var inputs: [String: LockEdge] = [:]

    init(_ input: LockedInput? = nil) {
        self.input = input
    }
}

/// What an input of a node is.
enum LockEdge {
    case node(LockNode)
    /// What another input, from the root, is.
    case follows(InputPath)
}

/// An input and what it was locked to.
struct LockedInput {
    let locked: InputReference
    /// As it was declared.
    let original: InputReference
    let isFlake: Bool
    /// The flake that a relative path starts from.
    let parent: InputPath?
    /// Whether it was fetched or read from a lock file; a relative path that was just found counts as another.
    var isFinal = true
}

/// A lock file's graph.
struct LockGraph {
    var root = LockNode()

    /// Every input with the way to it, in the order of the ways; a node is entered once.
    var allInputs: [(path: InputPath, edge: LockEdge)] {
        var found: [(path: InputPath, edge: LockEdge)] = []
        var done: Set<ObjectIdentifier> = []
        Self.collect(root, [], &found, &done)
        return found.sorted { InputPath.precedes($0.path, $1.path) }
    }

    private static func collect(
        _ node: LockNode, _ prefix: InputPath, _ found: inout [(path: InputPath, edge: LockEdge)],
        _ done: inout Set<ObjectIdentifier>
    ) {
        guard done.insert(ObjectIdentifier(node)).inserted else { return }
        for (name, edge) in node.inputs.inOrder {
            found.append((prefix + [name], edge))
            if case .node(let child) = edge { collect(child, prefix + [name], &found, &done) }
        }
    }

    /// The node at the end of a way, nil where it leads nowhere.
    ///
    /// - Throws: `InputError` where inputs follow each other in a circle.
    func find(_ path: InputPath) throws(InputError) -> LockNode? {
        var visited: [InputPath] = []
        return try find(path, &visited)
    }

    private func find(_ path: InputPath, _ visited: inout [InputPath]) throws(InputError) -> LockNode? {
        if let start = visited.firstIndex(of: path) {
            let cycle = (visited[start...] + [path]).map(\.text).joined(separator: " -> ")
            throw InputError("follow cycle detected: [\(cycle)]")
        }
        visited.append(path)
        var node = root
        for name in path {
            switch node.inputs[name] {
            case nil: return nil
            case .node(let child)?: node = child
            case .follows(let other)?:
                guard let found = try find(other, &visited) else { return nil }
                node = found
            }
        }
        return node
    }

    /// Throws where an input follows one that is not there.
    func check() throws(InputError) {
        for (path, edge) in allInputs {
            guard case .follows(let target) = edge, !target.isEmpty else { continue }
            guard try find(target) != nil else {
                throw InputError("input '\(path.text)' follows a non-existent input '\(target.text)'")
            }
        }
    }

    /// The first input that could be something else another time; nil where all are fixed.
    var unlocked: InputReference? {
        for (_, edge) in allInputs {
            guard case .node(let node) = edge, let input = node.input, input.locked.relativePath == nil,
                !input.locked.isLocked
            else { continue }
            return input.locked
        }
        return nil
    }
}
