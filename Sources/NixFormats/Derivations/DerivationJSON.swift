extension Derivation {
    /// The derivation as `nix derivation show` prints it, version 4: store paths are base names, hashes SRI, and
    /// structured attributes have a member of their own.
    package func json() throws(FormatError) -> JSONValue {
        var environment = SortedMap<ByteString, JSONValue>()
        for variable in self.environment where variable.key != "__json" {
            environment[variable.key] = .string(variable.value)
        }
        var outputs = SortedMap<ByteString, JSONValue>()
        for output in self.outputs { outputs[output.key] = output.value.json }
        var drvs = SortedMap<ByteString, JSONValue>()
        for input in inputDerivations {
            drvs[input.key.baseName] = Self.json(input.value, dynamicInputs[input.key] ?? [:])
        }
        var object: SortedMap<ByteString, JSONValue> = [
            "args": .array(arguments.map { .string($0) }),
            "builder": .string(builder),
            "env": .object(environment),
            "inputs": .object([
                "drvs": .object(drvs), "srcs": .array(inputSources.map { .string($0.baseName) }),
            ]),
            "name": .string(name),
            "outputs": .object(outputs),
            "system": .string(system),
            "version": .number("4"),
        ]
        if let attributes = self.environment["__json"] {
            object["structuredAttrs"] = try JSONValue(parsing: attributes)
        }
        return .object(object)
    }

    private static func json(
        _ outputs: SortedSet<ByteString>, _ held: SortedMap<ByteString, DynamicInputs>
    ) -> JSONValue {
        var members = SortedMap<ByteString, JSONValue>()
        for inputs in held { members[inputs.key] = json(inputs.value.outputs, inputs.value.held) }
        return .object(["dynamicOutputs": .object(members), "outputs": .array(outputs.map { .string($0) })])
    }

    /// The document for several derivations, keyed by the base names of their files.
    package static func json(
        of derivations: SortedMap<StorePath, Derivation>
    ) throws(FormatError) -> JSONValue {
        var members = SortedMap<ByteString, JSONValue>()
        for derivation in derivations { members[derivation.key.baseName] = try derivation.value.json() }
        return .object(["derivations": .object(members), "version": .number("4")])
    }
}

extension DerivationOutput {
    fileprivate var json: JSONValue {
        switch self {
        case .inputAddressed(let path): .object(["path": .string(path.baseName)])
        case .fixed(let address):
            .object(["hash": .string(address.hash.sri), "method": Self.json(address.method)])
        case .floating(let method, let algorithm):
            .object(["hashAlgo": Self.json(algorithm), "method": Self.json(method)])
        case .deferred: .object([:])
        case .impure(let method, let algorithm):
            .object(["hashAlgo": Self.json(algorithm), "impure": .bool(true), "method": Self.json(method)])
        }
    }

    private static func json(_ method: ContentAddressMethod) -> JSONValue {
        .string(ByteString(method.name.bytes))
    }

    private static func json(_ algorithm: HashAlgorithm) -> JSONValue {
        .string(ByteString(algorithm.name.bytes))
    }
}
