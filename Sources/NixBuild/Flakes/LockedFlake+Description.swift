import NixEval
package import NixFormats

/// A line of the tree of a flake's inputs.
package struct InputLine: Sendable {
    /// For each level above, whether more inputs follow there; the last is the line's own.
    package let branches: [Bool]
    package let name: String
    package let text: String
    /// Whether the name follows directly, without a colon.
    package let isFollowing: Bool
}

extension LockedFlake {
    /// What `nix flake metadata --json` prints.
    ///
    /// - Parameter path: the flake's tree, printed.
    package func description(path: ByteString) -> JSONValue {
        let locked = flake.locked.attributes
        var members: SortedMap<ByteString, JSONValue> = [:]
        if let text = flake.description { members["description"] = .string(ByteString(text)) }
        for (name, reference) in [("original", flake.original), ("resolved", flake.resolved)] {
            members[ByteString(name)] = reference.allAttributes.jsonValue
            members[ByteString("\(name)Url")] = .string(ByteString(reference.url))
        }
        members["url"] = .string(ByteString(flake.locked.url))
        var final = flake.locked.allAttributes
        final["__final"] = .bool(true)
        members["locked"] = final.jsonValue
        if let revision = locked.text("rev") { members["revision"] = .string(ByteString(revision)) }
        if let revision = locked.text("dirtyRev") { members["dirtyRevision"] = .string(ByteString(revision)) }
        for name in ["revCount", "lastModified"] {
            if case .integer(let number)? = locked[name] {
                members[ByteString(name)] = .number(ByteString("\(number)"))
            }
        }
        members["path"] = .string(path)
        members["locks"] = locks
        if let fingerprint { members["fingerprint"] = .string(fingerprint) }
        return .object(members)
    }

    /// The commit that the flake is, or with `-dirty` the one that it was changed from.
    package var revision: String? {
        flake.locked.attributes.text("rev") ?? flake.locked.attributes.text("dirtyRev")
    }

    package var isLocked: Bool { flake.locked.isLocked }

    package func number(_ name: String) -> UInt64? {
        guard case .integer(let number)? = flake.locked.attributes[name] else { return nil }
        return number
    }

    /// The inputs as a tree; what was shown before is not entered again.
    package var inputLines: [InputLine] {
        var lines: [InputLine] = []
        var visited: Set<ObjectIdentifier> = [ObjectIdentifier(graph.root)]
        Self.add(graph.root, [], &lines, &visited)
        return lines
    }

    private static func add(
        _ node: LockNode, _ branches: [Bool], _ lines: inout [InputLine], _ visited: inout Set<ObjectIdentifier>
    ) {
        let inputs = node.inputs.inOrder
        for (index, (name, edge)) in inputs.enumerated() {
            let branches = branches + [index + 1 < inputs.count]
            switch edge {
            case .follows(let path):
                lines.append(
                    InputLine(
                        branches: branches, name: name, text: "follows input '\(path.text)'", isFollowing: true))
            case .node(let child):
                var text = child.input?.locked.url ?? ""
                if case .integer(let seconds)? = child.input?.locked.attributes["lastModified"] {
                    text += " (\(UTCDate.dayAndTime(Int64(clamping: seconds))))"
                }
                lines.append(InputLine(branches: branches, name: name, text: text, isFollowing: false))
                if visited.insert(ObjectIdentifier(child)).inserted { add(child, branches, &lines, &visited) }
            }
        }
    }

    private var workTreeFingerprint: String? {
        guard let root = flake.place.workTree else { return nil }
        return WorkTreeChanges.fingerprint(root, git)
    }

    /// What stands for exactly this flake with these locks; nil where they could be others another time.
    ///
    /// SHA-256 of what fixes the tree, the folder in it, the lock file, and what a fetcher knows besides.
    package var fingerprint: ByteString? {
        guard graph.unlocked == nil, var text = treeFingerprint, let lock = try? locks.printed(isIndented: true) else {
            return nil
        }
        text += ";\(flake.locked.directory);\(lock)"
        for name in ["revCount", "lastModified"] {
            if let number = number(name) { text += ";\(name)=\(number)" }
        }
        let digester = Digester(.sha256)
        digester.update(Array(text.utf8))
        return digester.finish().base16
    }

    private var treeFingerprint: String? {
        let attributes = flake.locked.attributes
        switch attributes.text("type") {
        case "path": return attributes.text("narHash").map { "path:\($0)" }
        case "tarball": return attributes.text("narHash") ?? attributes.text("rev")
        case "git":
            var flags = ""
            for (name, flag) in [("submodules", ";s"), ("exportIgnore", ";e"), ("lfs", ";l")]
            where attributes[name] == .bool(true) { flags += flag }
            if let revision = attributes.text("rev") { return revision + flags }
            let head = attributes.text("dirtyRev")?.split(separator: "-").first.map(String.init)
            guard let changes = workTreeFingerprint else { return nil }
            return "\(head ?? String(repeating: "0", count: 40))\(flags);d=\(changes)"
        default: return attributes.text("rev")
        }
    }
}
