extension Derivation {
    /// The derivation that `nix derivation show` prints so, version 4.
    ///
    /// - Throws: `FormatError` for what lacks a part or has another version.
    package init(json: JSONValue) throws(FormatError) {
        let reader = try DerivationJSONReader(json, text: json)
        guard let name = try reader.member("name").string else {
            throw DerivationJSONReader.problem("name", "a string")
        }
        let version = try reader.member("version").integer
        guard version == 4 else {
            throw FormatError(
                .derivation,
                "Unsupported derivation JSON format version \(version.map(String.init) ?? "null"), only format version 4 is currently supported."
            )
        }
        self.init(name: name)
        for output in try reader.object("outputs") { outputs[output.key] = try DerivationOutput(json: output.value) }
        let inputs = try DerivationJSONReader(reader.member("inputs"), text: json)
        for source in try inputs.strings("srcs") { inputSources.insert(try StorePath(baseName: source.bytes[...])) }
        for input in try inputs.object("drvs") {
            let wanted = try DynamicInputs(json: input.value, depth: 0)
            let path = try StorePath(baseName: input.key.bytes[...])
            inputDerivations[path] = wanted.outputs
            if !wanted.held.isEmpty { dynamicInputs[path] = wanted.held }
        }
        system = try reader.string("system")
        builder = try reader.string("builder")
        arguments = try reader.strings("args")
        for variable in try reader.object("env") {
            guard let value = variable.value.string else {
                throw DerivationJSONReader.problem("env", "an object of strings")
            }
            environment[variable.key] = value
        }
        if let attributes = json["structuredAttrs"] { environment["__json"] = try attributes.printed() }
    }
}

/// Takes the members of one object apart.
private struct DerivationJSONReader {
    private let members: SortedMap<ByteString, JSONValue>
    private let text: JSONValue

    init(_ json: JSONValue, text: JSONValue) throws(FormatError) {
        guard let members = json.object else {
            throw FormatError(.derivation, "Expected JSON value to be of type 'object' but it is of another type")
        }
        self.members = members
        self.text = json
    }

    func member(_ name: ByteString) throws(FormatError) -> JSONValue {
        guard let value = members[name] else {
            throw FormatError(
                .derivation,
                "Expected JSON object to contain key '\(name)' but it doesn't: \(try text.printed())")
        }
        return value
    }

    func string(_ name: ByteString) throws(FormatError) -> ByteString {
        guard let text = try member(name).string else { throw Self.problem(name, "a string") }
        return text
    }

    func object(_ name: ByteString) throws(FormatError) -> SortedMap<ByteString, JSONValue> {
        guard let members = try member(name).object else { throw Self.problem(name, "an object") }
        return members
    }

    func strings(_ name: ByteString) throws(FormatError) -> [ByteString] {
        guard let elements = try member(name).array else { throw Self.problem(name, "an array") }
        var strings: [ByteString] = []
        for element in elements {
            guard let text = element.string else { throw Self.problem(name, "an array of strings") }
            strings.append(text)
        }
        return strings
    }

    static func problem(_ name: ByteString, _ expected: String) -> FormatError {
        FormatError(.derivation, "the key '\(name)' of a derivation is not \(expected)")
    }
}

extension DynamicInputs {
    /// The outputs of an input, and what is wanted of the derivations that they hold.
    fileprivate init(json: JSONValue, depth: Int) throws(FormatError) {
        guard depth < Self.depthLimit else {
            throw FormatError(.derivation, "the inputs of a derivation are nested too deeply")
        }
        self.init()
        let reader = try DerivationJSONReader(json, text: json)
        outputs = SortedSet(try reader.strings("outputs"))
        for inner in try reader.object("dynamicOutputs") {
            held[inner.key] = try DynamicInputs(json: inner.value, depth: depth + 1)
        }
    }
}

extension DerivationOutput {
    fileprivate init(json: JSONValue) throws(FormatError) {
        let hash = json["hash"]?.string
        let method = try json["method"]?.string.map(Self.method)
        if let path = json["path"]?.string {
            self = .inputAddressed(try StorePath(baseName: path.bytes[...]))
        } else if let hash, let method {
            self = .fixed(ContentAddress(method: method, hash: try NixHash(parsingSRI: hash)))
        } else if let method, let name = json["hashAlgo"]?.string {
            guard let algorithm = HashAlgorithm.allCases.first(where: { ByteString($0.name.bytes) == name }) else {
                throw FormatError(.derivation, "unknown hash algorithm '\(name)'")
            }
            self = json["impure"]?.bool == true ? .impure(method, algorithm) : .floating(method, algorithm)
        } else if json.object?.isEmpty == true {
            self = .deferred
        } else {
            throw FormatError(.derivation, "an output of a derivation is of no known kind")
        }
    }

    private static func method(_ name: ByteString) throws(FormatError) -> ContentAddressMethod {
        for method in [ContentAddressMethod.flat, .nar, .text] where ByteString(method.name.bytes) == name {
            return method
        }
        throw FormatError(.derivation, "unknown content address method '\(name)'")
    }
}
