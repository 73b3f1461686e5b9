/// A derivation on its way to its text.
///
///     Derive([(output,path,algorithm,hash)…],[(drv,[output…])…],[source…],system,builder,[argument…],[(name,value)…])
///
/// With dynamic inputs it is `DrvWithVersion("xp-dyn-drv",[…]…)`, and an input may be `(drv,([output…],[(output,…)…]))`.
///
/// The text is needed up to three times: hashed without the paths of the outputs, which gives those paths; as the file; and
/// hashed as what stands for the derivation in those that depend on it. What they share, the escaped arguments and
/// variables, is written once, as it comes. Not thread-safe. Source: "Derivation ATerm format" in the Nix manual.
package final class DerivationText {
    package struct Output {
        package let name: ByteString
        package internal(set) var value: DerivationOutput
        /// As far as it is known before building.
        package internal(set) var path: StorePath?
        /// The value of the environment variable with the output's name; nil if there is none.
        var variable: ByteString?
    }

    package let name: ByteString
    package let store: StoreDirectory
    package var system: ByteString = ""
    package var builder: ByteString = ""
    @exclusivity(unchecked) package var inputDerivations: SortedMap<StorePath, SortedSet<ByteString>> = [:]
    /// As in `Derivation`.
    package var dynamicInputs: SortedMap<StorePath, SortedMap<ByteString, DynamicInputs>> = [:]
    @exclusivity(unchecked) package var inputSources: SortedSet<StorePath> = []
    /// Ascending by name.
    @exclusivity(unchecked) package private(set) var outputs: [Output] = []

    /// Strings, separated by commas.
    @exclusivity(unchecked) private var arguments: TextBuffer
    /// Pairs, separated by commas.
    @exclusivity(unchecked) private var variables: TextBuffer
    /// The names of the variables, one after another.
    @exclusivity(unchecked) private var keys: TextBuffer
    /// Where each variable begins in `variables` and in `keys`, in ascending order of the names.
    @exclusivity(unchecked) private var starts: [(pair: Int, key: Int)] = []

    /// The derivation called `name` in a store, as yet without anything.
    package init(name: ByteString, store: StoreDirectory) {
        self.name = name
        self.store = store
        arguments = TextBuffer(capacity: 64)
        variables = TextBuffer(capacity: 8192)
        keys = TextBuffer(capacity: 256)
        starts.reserveCapacity(32)
    }

    /// A whole derivation, with the outputs and variables that it has.
    ///
    /// Throws if a fixed output cannot have a path.
    package convenience init(_ derivation: Derivation, store: StoreDirectory) throws(FormatError) {
        self.init(name: derivation.name, store: store)
        system = derivation.system
        builder = derivation.builder
        inputDerivations = derivation.inputDerivations
        dynamicInputs = derivation.dynamicInputs
        inputSources = derivation.inputSources
        for argument in derivation.arguments { argument.bytes.withUnsafeBufferPointer { addArgument($0) } }
        for variable in derivation.environment where derivation.outputs[variable.key] == nil {
            variable.key.bytes.withUnsafeBufferPointer { key in
                variable.value.bytes.withUnsafeBufferPointer { addVariable(key, $0) }
            }
        }
        for output in derivation.outputs {
            try addOutput(output.key, output.value, variable: derivation.environment[output.key])
        }
    }

    package func addArgument(_ argument: UnsafeBufferPointer<UInt8>) {
        if arguments.count > 0 { arguments.append(UInt8(ascii: ",")) }
        arguments.appendQuoted(argument)
    }

    /// Adds an environment variable, whose name must be above those of all before.
    package func addVariable(_ key: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        if variables.count > 0 { variables.append(UInt8(ascii: ",")) }
        starts.append((pair: variables.count, key: keys.count))
        variables.append(UInt8(ascii: "("))
        variables.appendQuoted(key)
        variables.append(UInt8(ascii: ","))
        variables.appendQuoted(value)
        variables.append(UInt8(ascii: ")"))
        keys.append(key)
    }

    /// Adds an output, whose name must be above those of all before, and its environment variable, which takes the place of one
    /// that there is already.
    ///
    /// Throws if it is fixed and cannot have a path.
    package func addOutput(
        _ name: ByteString, _ value: DerivationOutput, variable: ByteString?
    ) throws(FormatError) {
        let path = try value.path(output: name, derivationName: self.name, in: store)
        outputs.append(Output(name: name, value: value, path: path, variable: variable))
    }

    /// Gives output number `index` its path, and its variable the path unless that says something already.
    func setPath(_ path: StorePath, ofOutput index: Int) {
        outputs[index].value = .inputAddressed(path)
        outputs[index].path = path
    }

    /// Sets the variables of outputs whose paths are known, as far as they are missing or empty.
    func fillInVariables() {
        for index in outputs.indices {
            if let path = outputs[index].path, outputs[index].variable?.isEmpty ?? true {
                outputs[index].variable = store.print(path)
            }
        }
    }

    /// Whether the hash modulo comes from the input derivations, not from what is known of the outputs.
    var isHashedByInputs: Bool {
        outputs.contains { output in
            switch output.value {
            case .inputAddressed, .deferred: true
            case .fixed, .floating, .impure: false
            }
        }
    }

    /// Everything that the file refers to: input sources and input derivations.
    var references: SortedSet<StorePath> {
        Derivation.references(inputSources, inputDerivations)
    }

    // MARK: Writing

    /// The contents of the file.
    package func file() -> ByteString {
        var text = TextBuffer(capacity: 4096)
        write(.file, inputs: TextBuffer(capacity: 1), to: &text)
        return text.copy()
    }

    /// What input derivations are called by, and whether the outputs' own paths are there.
    enum Form {
        /// The file.
        case file
        /// By hash, as `inputs` has them; with `masksOutputs` the paths of outputs are empty.
        case modulo(masksOutputs: Bool)
    }

    /// Appends the text to `text`; `inputs` is the list of input derivations by hash, which the file does not need.
    func write(_ form: Form, inputs: borrowing TextBuffer, to text: inout TextBuffer) {
        var masksOutputs = false
        if case .modulo(true) = form { masksOutputs = true }
        text.append(dynamicInputs.isEmpty ? "Derive([" : "DrvWithVersion(\"xp-dyn-drv\",[")
        for index in outputs.indices { write(outputs[index], isFirst: index == 0, isMasked: masksOutputs, to: &text) }
        text.append("],[")
        if case .file = form { writeInputs(to: &text) } else { text.append(inputs, 0..<inputs.count) }
        text.append("],[")
        for index in inputSources.indices {
            text.append(index == 0 ? "\"" : ",\"")
            text.append(inputSources[index], in: store)
            text.append("\"")
        }
        text.append("],\"")
        // As Nix has it, without escapes.
        text.append(contentsOf: system)
        text.append("\",")
        text.appendQuoted(builder)
        text.append(",[")
        text.append(arguments, 0..<arguments.count)
        text.append("],[")
        writeVariables(masksOutputs: masksOutputs, to: &text)
        text.append("])")
    }

    private func write(_ output: Output, isFirst: Bool, isMasked: Bool, to text: inout TextBuffer) {
        text.append(isFirst ? "(\"" : ",(\"")
        text.append(contentsOf: output.name)
        text.append("\",\"")
        if let path = output.path, !isMasked { text.append(path, in: store) }
        text.append("\",\"")
        switch output.value {
        case .inputAddressed, .deferred: text.append("\",\"")
        case .fixed(let address):
            text.append(address.method.prefix)
            text.append(address.hash.algorithm.name)
            text.append("\",\"")
            text.appendBase16(address.hash.bytes)
        case .floating(let method, let algorithm):
            text.append(method.prefix)
            text.append(algorithm.name)
            text.append("\",\"")
        case .impure(let method, let algorithm):
            text.append(method.prefix)
            text.append(algorithm.name)
            text.append("\",\"impure")
        }
        text.append("\")")
    }

    private func writeInputs(to text: inout TextBuffer) {
        for index in inputDerivations.indices {
            let input = inputDerivations[index]
            text.append(index == 0 ? "(\"" : ",(\"")
            text.append(input.key, in: store)
            text.append("\",")
            Self.write(input.value, dynamicInputs[input.key] ?? [:], to: &text)
            text.append(")")
        }
    }

    /// Appends a list of output names, and what is taken of the derivations that outputs hold.
    private static func write(
        _ names: SortedSet<ByteString>, _ held: SortedMap<ByteString, DynamicInputs>, to text: inout TextBuffer
    ) {
        if held.isEmpty { return write(names, to: &text) }
        text.append("(")
        write(names, to: &text)
        text.append(",[")
        for index in held.indices {
            text.append(index == 0 ? "(\"" : ",(\"")
            text.append(contentsOf: held[index].key)
            text.append("\",")
            write(held[index].value.outputs, held[index].value.held, to: &text)
            text.append(")")
        }
        text.append("])")
    }

    /// Appends a list of output names.
    static func write(_ names: SortedSet<ByteString>, to text: inout TextBuffer) {
        text.append("[")
        for index in names.indices {
            text.append(index == 0 ? "\"" : ",\"")
            text.append(contentsOf: names[index])
            text.append("\"")
        }
        text.append("]")
    }

    /// The variables in stretches, between which those of the outputs come.
    private func writeVariables(masksOutputs: Bool, to text: inout TextBuffer) {
        var written = 0
        let first = text.count
        func write(to end: Int, _ text: inout TextBuffer) {
            // Between two pairs is a comma, which belongs to neither.
            let upper = end > 0 && end < variables.count ? end - 1 : end
            guard upper > written else { return }
            if text.count > first { text.append(",") }
            text.append(variables, written..<upper)
        }
        for output in outputs {
            guard let value = output.variable else { continue }
            let place = place(of: output.name)
            write(to: pairStart(place.index), &text)
            if text.count > first { text.append(",") }
            text.append("(")
            text.appendQuoted(output.name)
            text.append(",")
            text.appendQuoted(masksOutputs ? "" : value)
            text.append(")")
            written = pairStart(place.isThere ? place.index + 1 : place.index)
        }
        write(to: variables.count, &text)
    }

    /// Where a variable begins, or the end of all.
    private func pairStart(_ index: Int) -> Int { index < starts.count ? starts[index].pair : variables.count }

    /// The first variable whose name is not below `name`, and whether it has that name.
    private func place(of name: ByteString) -> (index: Int, isThere: Bool) {
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if compare(middle, name) < 0 { low = middle + 1 } else { high = middle }
        }
        return (low, low < starts.count && compare(low, name) == 0)
    }

    private func compare(_ index: Int, _ name: ByteString) -> Int {
        let end = index + 1 < starts.count ? starts[index + 1].key : keys.count
        return name.bytes.withUnsafeBufferPointer { name in
            ByteString.order(keys.bytes(in: starts[index].key..<end), name)
        }
    }
}
