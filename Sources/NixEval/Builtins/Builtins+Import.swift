import NixFormats
import NixSyntax

/// `import`, `scopedImport`, the search path.
extension Builtins {
    static let importing: [Builtin] = [
        Builtin("import", 1, strict: 1, isGlobal: true) { (machine, path, _, _, _) throws(EvaluationError) in
            let realised = try machine.realisedPath(path)
            if let derivation = try machine.importedDerivation(realised) { return derivation }
            return try machine.evaluator.importFile(realised)
        },
        Builtin("scopedImport", 2, strict: 2, isGlobal: true) { (machine, scope, path, _, _) throws(EvaluationError) in
            let realised = try machine.realisedPath(path)
            if let derivation = try machine.importedDerivation(realised) { return derivation }
            let set = try machine.forceAttributes(
                scope, 0, "while evaluating the first argument passed to builtins.scopedImport")
            return try machine.evaluator.importFile(realised, scope: set)
        },
        Builtin("findFile", 2, strict: 3, function: findFile),
    ]

    private static func findFile(
        _ machine: Machine, _ searchPath: Value, _ name: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let list = try machine.forceList(
            searchPath, 0, "while evaluating the first argument passed to builtins.findFile")
        var elements: [(prefix: [UInt8], path: [UInt8])] = []
        let known = machine.known
        for index in 0..<list.listCount {
            let entry = try machine.forceAttributes(
                Value(bits: list.elements[index]), 0,
                "while evaluating an element of the list passed to builtins.findFile")
            var prefix: [UInt8] = []
            let given = entry.attribute(known.prefix)
            if !given.isAbsent {
                prefix = Array(
                    try machine.stringWithoutContext(
                        given, 0,
                        "while evaluating the `prefix` attribute of an element of the list passed to builtins.findFile"
                    ).bytes)
            }
            let path = try machine.coerceToString(
                try machine.required(known.path, in: entry, "in an element of the __nixPath"), 0,
                "while evaluating the `path` attribute of an element of the list passed to builtins.findFile",
                copiesToStore: false)
            try machine.realise(path.contextIndex)
            elements.append((prefix, Array(path.bytes)))
        }
        let wanted = try machine.stringWithoutContext(
            name, 0, "while evaluating the second argument passed to builtins.findFile")
        return try machine.path(try machine.evaluator.findFile(Array(wanted.bytes), in: elements))
    }
}

extension Evaluator {
    /// Looks `name` up in search path elements: the first whose prefix fits and under whose path it exists.
    ///
    /// Source: "Lookup path" in the Nix manual.
    func findFile(_ name: [UInt8], in elements: [(prefix: [UInt8], path: [UInt8])]) throws(EvaluationError) -> [UInt8] {
        for element in elements {
            var rest: ArraySlice<UInt8> = name[...]
            if !element.prefix.isEmpty {
                guard name.starts(with: element.prefix) else { continue }
                rest = name.dropFirst(element.prefix.count)
                guard rest.isEmpty || rest.first == UInt8(ascii: "/") else { continue }
                rest = rest.drop { $0 == UInt8(ascii: "/") }
            }
            guard let root = try resolveSearchPathElement(element.path) else { continue }
            if rest.isEmpty { return root }
            let candidate = normalizedPath(root + [UInt8(ascii: "/")] + rest)
            if try exists(candidate) { return candidate }
        }
        if name.starts(with: "nix/".utf8) {
            return normalizedPath(Array(Evaluator.bundledRoot.utf8) + [UInt8(ascii: "/")] + name.dropFirst(4))
        }
        let text = String(decoding: name, as: UTF8.self)
        throw EvaluationError(
            .thrown,
            options.isPure
                ? "cannot look up '<\(text)>' in pure evaluation mode (use '--impure' to override)"
                : "file '\(text)' was not found in the Nix search path (add it using $NIX_PATH or -I)")
    }

    /// Where files of the program itself appear to lie.
    package static let bundledRoot = BundledPath.root

    private func resolveSearchPathElement(_ path: [UInt8]) throws(EvaluationError) -> [UInt8]? {
        let text = String(decoding: path, as: UTF8.self)
        if Evaluator.isAddress(text) { return try fetchedTarball(text) }
        let absolute = path.first == UInt8(ascii: "/") ? path : Array((host.currentDirectory + "/").utf8) + path
        let normalized = normalizedPath(absolute)
        if try exists(normalized) { return normalized }
        if missingSearchPathElements.insert(path).inserted {
            host.report(Array("warning: Nix search path entry '\(text)' does not exist, ignoring".utf8))
        }
        return nil
    }

    /// Whether a text on the command line or in the search path is the address of a tarball, not a path.
    package static func isAddress(_ text: String) -> Bool {
        ["http://", "https://", "channel:", "file://"].contains { text.hasPrefix($0) }
    }

    /// Where the contents of a tarball lie in the store.
    package func fetchedTarball(_ address: String) throws(EvaluationError) -> [UInt8] {
        do {
            let fetched = try host.fetch(HostFetch(kind: .tarball, attributes: ["url": .string(Array(address.utf8))]))
            return host.storeDirectory.print(fetched.storePath).bytes
        } catch { throw EvaluationError(error) }
    }

    func exists(_ path: [UInt8]) throws(EvaluationError) -> Bool {
        do { return try host.fileType(path) != nil } catch { throw EvaluationError(error) }
    }

    // MARK: Files

    /// Evaluates a file once; later imports of the same file give the same value.
    ///
    /// A folder stands for its `default.nix`.
    ///
    /// - Parameter isNamed: whether an error gets a frame that names the file.
    package func importFile(
        _ path: [UInt8], scope: Value? = nil, isNamed: Bool = true
    ) throws(EvaluationError) -> Value {
        let target = try importTarget(path)
        if let scope { return try evaluateScoped(target, scope) }
        if let cell = imported[ByteString(target)] { return try machine.force(Value(bits: cell.pointee)) }
        let source = SourceFile(
            origin: .file(String(decoding: target, as: UTF8.self)), directory: folder(of: target),
            bytes: try readFile(target), displayName: displayed(target))
        // What is wrong with the text itself is no error of evaluating the file.
        let code = try compile(source)
        let cell = roots.add(try machine.thunk(code, machine.state.pointee.emptyEnvironment).bits)
        imported[ByteString(target)] = cell
        do throws(EvaluationError) {
            let value = try machine.force(Value(bits: cell.pointee))
            cell.pointee = value.bits
            return value
        } catch {
            throw !isNamed
                ? error : error.adding("while evaluating the file '\(displayed(target))':", 0)
        }
    }

    private func displayed(_ path: [UInt8]) -> String { String(decoding: host.displayed(path), as: UTF8.self) }

    private func folder(of path: [UInt8]) -> String {
        let end = path.lastIndex(of: UInt8(ascii: "/")) ?? 0
        return end == 0 ? "/" : String(decoding: path[..<end], as: UTF8.self)
    }

    private func evaluateScoped(_ target: [UInt8], _ scope: Value) throws(EvaluationError) -> Value {
        let source = SourceFile(
            origin: .file(String(decoding: target, as: UTF8.self)), directory: folder(of: target),
            bytes: try readFile(target), displayName: displayed(target))
        let shape = scope.shape
        let names = (0..<shape.count).map { Symbol(rawValue: shape.symbols[$0]) }
        let frame = try machine.newFrame(words: shape.count + 1, up: machine.state.pointee.emptyEnvironment)
        for index in 0..<shape.count { frame[index + 1] = scope.attributeValues[index] }
        let code = try compile(source, scope: names)
        return try machine.run(code, frame)
    }

    /// The file that importing `path` reads: symbolic links followed, `default.nix` added to folders.
    private func importTarget(_ path: [UInt8]) throws(EvaluationError) -> [UInt8] {
        if let known = importTargets[ByteString(path)] { return known }
        var target = path
        do throws(HostError) {
            var hops = 0
            var type = try host.fileType(target)
            while type == .symlink {
                hops += 1
                guard hops < 1024 else {
                    throw HostError(
                        "too many symbolic links encountered while traversing the path '\(String(decoding: path, as: UTF8.self))'"
                    )
                }
                target = try host.resolveSymbolicLinks(target)
                type = try host.fileType(target)
            }
            if type == .directory {
                target = normalizedPath(target + Array("/default.nix".utf8))
            }
        } catch { throw EvaluationError(error) }
        importTargets[ByteString(path)] = target
        return target
    }

    func readFile(_ path: [UInt8]) throws(EvaluationError) -> [UInt8] {
        do { return try host.readFile(path) } catch { throw EvaluationError(error) }
    }
}

extension Machine {
    /// The path that a value names, with everything that it refers to built or fetched first.
    func realisedPath(_ value: Value) throws(EvaluationError) -> [UInt8] {
        let path = try coerceToPath(value, 0, "while realising the context of a path")
        if path.context != 0 {
            do throws(EvaluationError) { try realise(path.context) } catch {
                throw error.adding(
                    "while realising the context of path '\(String(decoding: path.bytes, as: UTF8.self))'", 0)
            }
        }
        return path.bytes
    }

    /// Builds or fetches what a context stands for.
    func realise(_ context: UInt32) throws(EvaluationError) {
        if context == 0 { return }
        let evaluator = evaluator
        let elements = evaluator.contexts.elements(of: context)
        do {
            try evaluator.host.realise(
                elements.map(HostContext.init), allowsBuilding: evaluator.options.allowsImportFromDerivation)
        } catch { throw EvaluationError(error) }
    }

    /// The derivation whose file lies at a path of the store, as a set; nil where there is none.
    fileprivate func importedDerivation(_ path: [UInt8]) throws(EvaluationError) -> Value? {
        let evaluator = evaluator
        let store = evaluator.host.storeDirectory
        guard path.suffix(4).elementsEqual(".drv".utf8), let storePath = try? store.parse(ByteString(path)) else {
            return nil
        }
        let derivation: Derivation
        do throws(HostError) {
            guard try evaluator.host.isValid(storePath) else { return nil }
            derivation = try evaluator.host.readDerivation(storePath)
        } catch { throw EvaluationError(error) }
        var fields = try ValueBuffer(self)
        var entries: [AttributeEntry] = []
        func add(_ name: some Sequence<UInt8>, _ value: Value) throws(EvaluationError) {
            try fields.append(value, self)
            let symbol = Array(name).withUnsafeBufferPointer { evaluator.symbols.intern($0) }
            entries.append(AttributeEntry(symbol: symbol, value: value.bits, position: 0))
        }
        var outputs = try ValueBuffer(self)
        for output in derivation.outputs {
            try outputs.append(try string(output.key.bytes), self)
            try add(output.key.bytes, try self.output(output.key, of: derivation, read: storePath))
        }
        try add("outputs".utf8, try outputs.list(self))
        let deep = evaluator.contexts.index(of: .derivationDeep(storePath))
        try add("drvPath".utf8, try string(store.print(storePath).bytes, context: deep))
        try add("name".utf8, try string(derivation.environment["name"]?.bytes ?? []))
        let function = try evaluator.evaluate(Builtins.importedDerivationSource)
        return try call(function, try attributes(&entries))
    }
}

extension HostContext {
    init(_ element: ContextElement) {
        self =
            switch element {
            case .path(let path): .path(path)
            case .derivationDeep(let path): .derivationDeep(path)
            case .output(let derivation, let name): .output(derivation: derivation, output: name.bytes)
            case .nested(let output): .nested(output)
            }
    }
}
