package import NixFormats

/// Lock files as text, versions 5 to 7.
extension LockGraph {
    /// Reads a lock file.
    ///
    /// - Parameters:
    ///   - name: what messages call the file.
    ///   - warn: told of inputs that only their hash fixes.
    init(parsing text: [UInt8], name: String, warn: (String) -> Void) throws(InputError) {
        let json: JSONValue
        do throws(FormatError) { json = try JSONValue(parsing: ByteString(text)) } catch {
            throw InputError("Could not parse '\(name)': \(error.message)")
        }
        let version = json["version"]?.integer ?? 0
        guard 5...7 ~= version else { throw InputError("lock file '\(name)' has unsupported version \(version)") }
        guard let rootName = json["root"]?.string, let nodes = json["nodes"]?.object else {
            throw InputError("lock file '\(name)' has no root")
        }
        var reader = LockReader(nodes: nodes, known: [rootName: root])
        try reader.readInputs(of: root, nodes[rootName] ?? .null, warn)
    }

    /// The graph as a document: nodes have the names of the inputs that led to them first.
    var json: JSONValue {
        var writer = LockWriter()
        let name = writer.add(root, named: "root")
        return .object([
            "nodes": .object(SortedMap(writer.nodes)), "root": .string(ByteString(name)),
            "version": .number("7"),
        ])
    }
}

private struct LockReader {
    let nodes: SortedMap<ByteString, JSONValue>
    var known: [ByteString: LockNode]
    /// The nodes whose inputs are being read.
    private var open: Set<ByteString> = []

    /// More levels than inputs of inputs ever have.
    private static let maximumDepth = 1000

    init(nodes: SortedMap<ByteString, JSONValue>, known: [ByteString: LockNode]) {
        self.nodes = nodes
        self.known = known
    }

    mutating func readInputs(
        of node: LockNode, _ json: JSONValue, _ warn: (String) -> Void
    ) throws(InputError) {
        guard open.count < Self.maximumDepth else {
            throw InputError("the inputs of a lock file are nested too deeply")
        }
        for member in json["inputs"]?.object ?? [:] {
            let name = member.key.description
            if let steps = member.value.array {
                node.inputs[name] = .follows(steps.compactMap { $0.string?.description })
                continue
            }
            guard let key = member.value.string else {
                throw InputError("input '\(name)' of a lock file is neither a name nor a list")
            }
            if let child = known[key] {
                guard child.input != nil else { throw InputError("lock file contains cycle to root node") }
                guard !open.contains(key) else { throw InputError("lock file contains cycle to node '\(key)'") }
                node.inputs[name] = .node(child)
                continue
            }
            guard let description = nodes[key] else {
                throw InputError("lock file references missing node '\(key)'")
            }
            let child = LockNode(try Self.input(description, warn))
            known[key] = child
            open.insert(key)
            try readInputs(of: child, description, warn)
            open.remove(key)
            node.inputs[name] = .node(child)
        }
    }

    private static func input(_ json: JSONValue, _ warn: (String) -> Void) throws(InputError) -> LockedInput {
        let locked = try reference(json, "locked", more: "info")
        if !locked.isLocked, locked.relativePath == nil {
            guard locked.attributes["narHash"] != nil else {
                throw InputError(
                    "Lock file contains unlocked input '\(locked.allAttributes.json)'. Use '--allow-dirty-locks' to accept this lock file."
                )
            }
            warn(
                "Lock file entry '\(locked.url)' is unlocked (e.g. lacks a Git revision) but is checked by NAR hash. This is not reproducible and will break after garbage collection or when shared."
            )
        }
        return LockedInput(
            locked: locked, original: try reference(json, "original"), isFlake: json["flake"]?.bool ?? true,
            parent: json["parent"]?.array.map { $0.compactMap { $0.string?.description } })
    }

    private static func reference(
        _ json: JSONValue, _ name: ByteString, more: ByteString? = nil
    ) throws(InputError) -> InputReference {
        guard let members = json[name]?.object else { throw InputError("attribute '\(name)' missing in lock file") }
        var attributes = InputAttributes()
        let further = more.flatMap { json[$0]?.object } ?? [:]
        for member in Array(members) + Array(further) {
            let key = member.key.description
            switch member.value {
            case .string(let text): attributes[key] = .string(text.description)
            case .bool(let flag): attributes[key] = .bool(flag)
            case .number(let digits):
                guard let number = UInt64(digits.description) else {
                    throw InputError("negative value given for fetcher attribute '\(key)' of a lock file")
                }
                attributes[key] = .integer(number)
            case .null, .array, .object: throw InputError("unsupported input attribute type in lock file")
            }
        }
        var reference = try InputReference(attributes)
        _ = try InputScheme.check(&reference.attributes, features: ["flakes", "verified-fetches"])
        return reference
    }
}

private struct LockWriter {
    private(set) var nodes: [(ByteString, JSONValue)] = []
    private var names: [ObjectIdentifier: String] = [:]
    private var taken: Set<String> = []

    /// Adds a node and those below it, and returns its name.
    mutating func add(_ node: LockNode, named wanted: String) -> String {
        if let name = names[ObjectIdentifier(node)] { return name }
        var name = wanted
        var number = 2
        while !taken.insert(name).inserted {
            name = "\(wanted)_\(number)"
            number += 1
        }
        names[ObjectIdentifier(node)] = name
        var members: SortedMap<ByteString, JSONValue> = [:]
        if !node.inputs.isEmpty {
            var inputs: SortedMap<ByteString, JSONValue> = [:]
            for (input, edge) in node.inputs.inOrder {
                switch edge {
                case .node(let child): inputs[ByteString(input)] = .string(ByteString(add(child, named: input)))
                case .follows(let path): inputs[ByteString(input)] = .strings(path)
                }
            }
            members["inputs"] = .object(inputs)
        }
        if let input = node.input {
            members["original"] = input.original.allAttributes.jsonValue
            members["locked"] = input.locked.allAttributes.jsonValue
            if !input.isFlake { members["flake"] = .bool(false) }
            if let parent = input.parent { members["parent"] = .strings(parent) }
        }
        nodes.append((ByteString(name), .object(members)))
        return name
    }
}

extension InputAttributes {
    /// As lock files have them.
    package var jsonValue: JSONValue {
        .object(
            SortedMap(
                sorted.map { name, value in
                    switch value {
                    case .string(let text): (ByteString(name), .string(ByteString(text)))
                    case .integer(let number): (ByteString(name), .number(ByteString("\(number)")))
                    case .bool(let flag): (ByteString(name), .bool(flag))
                    }
                }))
    }
}
