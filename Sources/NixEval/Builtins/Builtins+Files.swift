import NixFormats
import NixSyntax

/// Paths and files: reading them, and putting them into the store.
extension Builtins {
    static let files: [Builtin] = [
        Builtin("baseNameOf", 1, strict: 1, isGlobal: true) { (machine, value, _, _, _) throws(EvaluationError) in
            let text = try machine.coerceToString(
                value, 0, "while evaluating the first argument passed to builtins.baseNameOf", copiesToStore: false)
            let bytes = text.bytes
            // Only one final slash is dropped, by long-standing behaviour.
            var end = bytes.count
            if end > 1, bytes[end - 1] == UInt8(ascii: "/") { end -= 1 }
            let start = bytes[..<end].lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
            if bytes.count == 1, bytes[0] == UInt8(ascii: "/") { return machine.state.pointee.emptyString }
            return try machine.string(Array(bytes[min(start, end)..<end]), context: text.contextIndex)
        },
        Builtin("dirOf", 1, strict: 1, isGlobal: true) { (machine, value, _, _, _) throws(EvaluationError) in
            let forced = try machine.force(value)
            let text = try machine.coerceToString(
                forced, 0, "while evaluating the first argument passed to 'builtins.dirOf'", copiesToStore: false)
            let bytes = text.bytes
            let slash = bytes.lastIndex(of: UInt8(ascii: "/"))
            let parent: [UInt8]
            switch slash {
            case nil: parent = [UInt8(ascii: ".")]
            case 0?: parent = [UInt8(ascii: "/")]
            case let end?: parent = Array(bytes[..<end])
            }
            return forced.isPath ? try machine.path(parent) : try machine.string(parent, context: text.contextIndex)
        },
        Builtin("toPath", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            let path = try machine.coerceToPath(
                value, 0, "while evaluating the first argument passed to builtins.toPath")
            return try machine.string(path.bytes, context: path.context)
        },
        Builtin("pathExists", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            let forced = try machine.force(value)
            let mustBeFolder =
                forced.isString
                && (forced.bytes.last == UInt8(ascii: "/") || forced.bytes.suffix(2).elementsEqual("/.".utf8))
            let path = try machine.realisedPath(forced)
            let host = machine.evaluator.host
            do {
                guard let type = try host.fileType(path) else { return .false }
                guard mustBeFolder else { return .true }
                let target = try type == .symlink ? host.fileType(host.resolveSymbolicLinks(path)) : type
                return Value(target == .directory)
            } catch { return .false }
        },
        Builtin("readFile", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            let path = try machine.realisedPath(value)
            let bytes = try machine.evaluator.readFile(path)
            if bytes.contains(0) {
                throw EvaluationError(
                    .other,
                    "the contents of the file '\(String(decoding: path, as: UTF8.self))' cannot be represented as a Nix string"
                )
            }
            return try machine.string(bytes, context: try machine.context(ofFile: path, bytes))
        },
        Builtin("readFileType", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            let path = try machine.realisedPath(value)
            let type: FileType?
            do throws(HostError) { type = try machine.evaluator.host.fileType(path) } catch {
                throw EvaluationError(error)
            }
            guard let type else {
                throw EvaluationError(machine.evaluator.host.missing(path))
            }
            return try machine.string(type.rawValue)
        },
        Builtin("readDir", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            let path = try machine.realisedPath(value)
            let found: [(name: [UInt8], type: FileType)]
            do throws(HostError) { found = try machine.evaluator.host.readDirectory(path) } catch {
                throw EvaluationError(error)
            }
            let symbols = machine.evaluator.symbols
            var entries = found.map { entry in
                let symbol = entry.name.withUnsafeBufferPointer { symbols.intern($0) }
                // The four words are kept as names are, so the collector need not know of them.
                let type = machine.evaluator.nameString(symbols.intern(entry.type.rawValue))
                return AttributeEntry(symbol: symbol, value: type.bits, position: 0)
            }
            return try machine.attributes(&entries)
        },
        Builtin("toFile", 2, strict: 3, function: toFile),
        Builtin("storePath", 1, strict: 1, function: storePath),
        Builtin("filterSource", 2, strict: 2) { (machine, filter, path, _, _) throws(EvaluationError) in
            let source = try machine.coerceToPath(
                path, 0,
                "while evaluating the second argument (the path to filter) passed to 'builtins.filterSource'")
            let predicate = try machine.forceFunction(
                filter, 0, "while evaluating the first argument passed to builtins.filterSource")
            return try machine.addPath(
                source.bytes, context: source.context, name: baseName(source.bytes), filter: predicate,
                method: .recursive, expected: nil)
        },
        Builtin("path", 1, strict: 1, function: path),
    ]

    static func baseName(_ path: [UInt8]) -> [UInt8] {
        Array(path[(path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...])
    }

    private static func toFile(
        _ machine: Machine, _ name: Value, _ contents: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let fileName = try machine.stringWithoutContext(
            name, 0, "while evaluating the first argument passed to builtins.toFile")
        let text = try machine.forceString(
            contents, 0, "while evaluating the second argument passed to builtins.toFile")
        let evaluator = machine.evaluator
        var references: [StorePath] = []
        for element in evaluator.contexts.elements(of: text.contextIndex) {
            guard case .path(let path) = element else {
                throw EvaluationError(
                    .other,
                    "files created by builtins.toFile may not reference derivations, but \(fileName.text) references \(element.encoded)"
                )
            }
            references.append(path)
        }
        let stored: StorePath
        do {
            stored = try evaluator.host.addText(
                name: Array(fileName.bytes), contents: Array(text.bytes), references: references)
        } catch { throw EvaluationError(error) }
        return try machine.string(of: stored)
    }

    private static func storePath(
        _ machine: Machine, _ value: Value, _: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let evaluator = machine.evaluator
        if evaluator.options.isPure {
            throw EvaluationError(.other, "'builtins.storePath' is not allowed in pure evaluation mode")
        }
        let path = try machine.coerceToPath(
            value, 0, "while evaluating the first argument passed to 'builtins.storePath'")
        var bytes = path.bytes
        let directory = evaluator.host.storeDirectory
        if (try? directory.parse(ByteString(bytes))) == nil {
            // What does not exist has no links to follow.
            bytes = (try? evaluator.host.resolveSymbolicLinks(bytes)) ?? bytes
        }
        guard directory.contains(ByteString(bytes)) else {
            throw EvaluationError(
                .other, "path '\(String(decoding: bytes, as: UTF8.self))' is not in the Nix store")
        }
        let found: (path: StorePath, rest: ByteString)
        do throws(FormatError) { found = try directory.parsePrefix(ByteString(bytes)) } catch {
            throw EvaluationError(error)
        }
        do { try evaluator.host.ensureValid(found.path) } catch { throw EvaluationError(error) }
        let own = evaluator.contexts.index(of: .path(found.path))
        return try machine.string(bytes, context: evaluator.contexts.union(path.context, own))
    }

    private static func path(
        _ machine: Machine, _ value: Value, _: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let set = try machine.forceAttributes(value, 0, "while evaluating the argument passed to 'builtins.path'")
        let symbols = machine.evaluator.symbols
        var source: (bytes: [UInt8], context: UInt32)?
        var name: [UInt8]?
        var filter: Value?
        var method = HostPathMethod.recursive
        var expected: NixHash?
        for index in 0..<set.shape.count {
            let symbol = Symbol(rawValue: set.shape.symbols[index])
            let position = set.shape.positions[index]
            let attribute = Value(bits: set.attributeValues[index])
            switch symbols.string(of: symbol) {
            case "path":
                source = try machine.coerceToPath(
                    attribute, position, "while evaluating the 'path' attribute passed to 'builtins.path'")
            case "name":
                name = Array(
                    try machine.stringWithoutContext(
                        attribute, position, "while evaluating the `name` attribute passed to builtins.path"
                    ).bytes)
            case "filter":
                filter = try machine.forceFunction(
                    attribute, position, "while evaluating the `filter` parameter passed to builtins.path")
            case "recursive":
                method =
                    try machine.forceBoolean(
                        attribute, position, "while evaluating the `recursive` attribute passed to builtins.path")
                    ? .recursive : .flat
            case "sha256":
                let text = try machine.stringWithoutContext(
                    attribute, position, "while evaluating the `sha256` attribute passed to builtins.path")
                expected = try machine.hash(Array(text.bytes), .sha256)
            default:
                throw EvaluationError(
                    .other, "unsupported argument '\(machine.evaluator.printed(symbol))' to 'builtins.path'",
                    at: position)
            }
        }
        guard let source else {
            throw EvaluationError(
                .other, "missing required 'path' attribute in the first argument to 'builtins.path'")
        }
        return try machine.addPath(
            source.bytes, context: source.context, name: name ?? baseName(source.bytes), filter: filter,
            method: method, expected: expected)
    }
}

extension Machine {
    /// A store path as a string that refers to it.
    func string(of path: StorePath) throws(EvaluationError) -> Value {
        let evaluator = evaluator
        return try string(
            evaluator.host.storeDirectory.print(path).bytes, context: evaluator.contexts.index(of: .path(path)))
    }

    /// A hash as attributes give it, in any spelling.
    func hash(_ text: [UInt8], _ algorithm: HashAlgorithm?) throws(EvaluationError) -> NixHash {
        do throws(FormatError) {
            return try NixHash(
                parsing: ByteString(text), expected: algorithm, features: evaluator.options.experimentalFeatures)
        } catch { throw EvaluationError(error) }
    }

    /// Puts a file or folder into the store; what the path refers to is built or fetched first.
    func addPath(
        _ source: [UInt8], context: UInt32, name: [UInt8], filter: Value?, method: HostPathMethod, expected: NixHash?
    ) throws(EvaluationError) -> Value {
        let evaluator = evaluator
        // The filter runs inside the host's walk; its error is kept here and thrown afterwards.
        var failure: EvaluationError?
        let root = filter.map { ValueRoot($0, evaluator) }
        let predicate: ((_ path: [UInt8], _ type: FileType) -> Bool?)? = root.map { root in
            { path, type in
                do throws(EvaluationError) {
                    let word = evaluator.nameString(evaluator.symbols.intern(type.rawValue))
                    let answer = try self.call(root.value, try self.string(path), word)
                    return try self.forceBoolean(
                        answer, 0, "while evaluating the return value of the path filter function")
                } catch {
                    failure = error
                    return nil
                }
            }
        }
        let added = "while adding path '\(String(decoding: source, as: UTF8.self))'"
        if evaluator.host.storeDirectory.contains(ByteString(source)) {
            do throws(EvaluationError) { try realise(context) } catch { throw error.adding(added, 0) }
        }
        let stored: StorePath
        do {
            stored = try evaluator.host.addPath(
                source, name: name, method: method, filter: predicate, expected: expected)
        } catch {
            throw (failure ?? EvaluationError(error)).adding(added, 0)
        }
        return try string(of: stored)
    }
}
