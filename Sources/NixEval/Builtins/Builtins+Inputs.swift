package import NixFormats
import NixSyntax

/// Inputs: repositories, archives and folders in the words of flake references.
///
/// What needs the feature `flakes` is there without it, and says so when it is called with what needs it.
extension Builtins {
    static let inputs: [Builtin] = [
        Builtin("fetchGit", 1, strict: 1, isGlobal: true) { (machine, argument, _, _, _) throws(EvaluationError) in
            try fetchTree(machine, argument, .git)
        },
        Builtin("fetchTree", 1, strict: 1, isGlobal: true, feature: "fetch-tree") {
            (machine, argument, _, _, _) throws(EvaluationError) in
            try fetchTree(machine, argument, .tree)
        },
        Builtin("fetchMercurial", 1, strict: 1, isGlobal: true, function: fetchMercurial),
        Builtin("fetchClosure", 1, strict: 1, feature: "fetch-closure", function: fetchClosure),
        Builtin("getFlake", 1, strict: 1, function: getFlake),
        Builtin("parseFlakeRef", 1, strict: 1) {
            (machine, reference, _, _, _) throws(EvaluationError) in
            let text = try machine.stringWithoutContext(
                reference, 0, "while evaluating the argument passed to builtins.parseFlakeRef")
            return try machine.attributes(try parsed(machine, text.text).allAttributes)
        },
        Builtin("flakeRefToString", 1, strict: 1) {
            (machine, argument, _, _, _) throws(EvaluationError) in
            let set = try machine.forceAttributes(
                argument, 0, "while evaluating the argument passed to builtins.flakeRefToString")
            let attributes = try flakeAttributes(machine, set)
            let features = machine.evaluator.options.experimentalFeatures
            let text: String
            do throws(InputError) { text = try InputReference(attributes).text(features: features) } catch {
                throw EvaluationError(error)
            }
            return try machine.string(text)
        },
    ]

    private static func parsed(_ machine: Machine, _ text: String) throws(EvaluationError) -> InputReference {
        let evaluator = machine.evaluator
        do throws(InputError) {
            let reference = try InputReference(parsing: text, features: evaluator.options.experimentalFeatures)
            for warning in reference.warnings { evaluator.host.report(Array("warning: \(warning)".utf8)) }
            return reference
        } catch { throw EvaluationError(error) }
    }

    // MARK: fetchGit, fetchTree

    enum Fetcher: String {
        case git = "fetchGit"
        case tree = "fetchTree"
    }

    private static func fetchTree(
        _ machine: Machine, _ argument: Value, _ fetcher: Fetcher
    ) throws(EvaluationError) -> Value {
        let evaluator = machine.evaluator
        let value = try machine.force(argument)
        var input = TreeInput(try inputAttributes(machine, value, fetcher))
        if fetcher == .tree, value.isAttributes, input.attributes["type"] == .string("git"),
            input.attributes["shallow"] == nil
        {
            input.attributes["shallow"] = .bool(true)
        }
        do throws(InputError) {
            if fetcher == .git, try input.attributes.bool("submodules") != true,
                input.attributes["exportIgnore"] == nil
            {
                input.attributes["exportIgnore"] = .bool(true)
            }
            try input.check(features: evaluator.options.experimentalFeatures)
        } catch { throw EvaluationError(error) }
        try checkPurity(machine, input, fetcher)
        try evaluator.checkURI(Array(input.url.utf8))
        if input.attributes["__final"] == .bool(true) {
            throw EvaluationError(.other, "input '\(input.url)' is not allowed to use the '__final' attribute")
        }
        let fetched = try input.fetch(with: evaluator.host, fetcher == .git ? .git : .tree)
        return try machine.tree(fetched, of: input, hasRevisionAlways: fetcher == .git)
    }

    /// What `fetchGit` or `fetchTree` were called with.
    static func inputAttributes(
        _ machine: Machine, _ value: Value, _ fetcher: Fetcher
    ) throws(EvaluationError) -> InputAttributes {
        if value.isAttributes { return try treeAttributes(machine, try machine.flat(value), fetcher) }
        let text = try machine.coerceToString(
            value, 0, "while evaluating the first argument passed to '\(fetcher.rawValue)'", copiesToStore: false)
        try machine.realise(text.contextIndex)
        return try addressed(machine, text.text, fetcher)
    }

    /// The input at an address that was given as text.
    private static func addressed(
        _ machine: Machine, _ text: String, _ fetcher: Fetcher
    ) throws(EvaluationError) -> InputAttributes {
        let features = machine.evaluator.options.experimentalFeatures
        if fetcher == .git { return InputAttributes(["type": .string("git"), "url": .string(text)]) }
        guard features.contains("flakes") else {
            throw EvaluationError(
                .other,
                "passing a string argument to '\(fetcher.rawValue)' requires the 'flakes' experimental feature")
        }
        do throws(InputError) {
            var warnings: [String] = []
            let url = try InputURL(parsing: text, isLenient: false, warnings: &warnings)
            return try InputScheme.attributes(of: url, needsTree: true, features: features)
        } catch { throw EvaluationError(error) }
    }

    private static func treeAttributes(
        _ machine: Machine, _ set: Value, _ fetcher: Fetcher
    ) throws(EvaluationError) -> InputAttributes {
        let type = set.attribute(machine.known.type)
        var kind = "git"
        if fetcher == .git {
            if !type.isAbsent { throw EvaluationError(.other, "unexpected argument 'type'") }
        } else {
            guard !type.isAbsent else {
                throw EvaluationError(.other, "argument 'type' is missing in call to '\(fetcher.rawValue)'")
            }
            let index = set.shape.index(of: machine.known.type.rawValue)
            kind = try machine.stringWithoutContext(
                type, index < 0 ? 0 : set.shape.positions[index],
                "while evaluating the `type` argument passed to '\(fetcher.rawValue)'"
            ).text
        }
        var attributes = try machine.fetchAttributes(set, fetcher.rawValue)
        attributes["type"] = .string(kind)
        if fetcher == .tree, attributes["name"] != nil {
            throw EvaluationError(.other, "argument 'name' isn’t supported in call to '\(fetcher.rawValue)'")
        }
        return attributes
    }

    /// In pure evaluation, only what can never be anything else is fetched.
    private static func checkPurity(
        _ machine: Machine, _ input: TreeInput, _ fetcher: Fetcher
    ) throws(EvaluationError) {
        guard machine.evaluator.options.isPure, !input.scheme.isLocked(input.attributes) else { return }
        guard input.attributes["narHash"] != nil else {
            throw EvaluationError(
                .other, "in pure evaluation mode, '\(fetcher.rawValue)' doesn't fetch unlocked input '\(input.url)'")
        }
        machine.evaluator.host.report(
            Array(
                "warning: Input '\(input.url)' is unlocked (e.g. lacks a Git revision) but is checked by NAR hash. This is not reproducible and will break after garbage collection or when shared."
                    .utf8))
    }

    // MARK: fetchMercurial

    private static func fetchMercurial(
        _ machine: Machine, _ argument: Value, _: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        var value = try machine.force(argument)
        if value.isAttributes { value = try machine.flat(value) }
        var url = ""
        var attributes = InputAttributes(["type": .string("hg"), "name": .string("source")])
        if value.isAttributes {
            for index in 0..<value.shape.count {
                let attribute = Value(bits: value.attributeValues[index])
                let position = value.shape.positions[index]
                switch machine.evaluator.symbols.string(of: Symbol(rawValue: value.shape.symbols[index])) {
                case "url":
                    url = try machine.coerceToString(
                        attribute, position, "while evaluating the `url` attribute passed to builtins.fetchMercurial",
                        copiesToStore: false
                    ).text
                case "rev":
                    let text = try machine.stringWithoutContext(
                        attribute, position, "while evaluating the `rev` attribute passed to builtins.fetchMercurial"
                    ).text
                    if GitNames.isRevision(text) {
                        attributes["rev"] = .string(text.lowercased())
                    } else {
                        attributes["ref"] = .string(text)
                    }
                case "name":
                    attributes["name"] = .string(
                        try machine.stringWithoutContext(
                            attribute, position,
                            "while evaluating the `name` attribute passed to builtins.fetchMercurial"
                        ).text)
                default:
                    let other = machine.evaluator.printed(Symbol(rawValue: value.shape.symbols[index]))
                    throw EvaluationError(.other, "unsupported argument '\(other)' to 'fetchMercurial'", at: position)
                }
            }
            if url.isEmpty { throw EvaluationError(.other, "'url' argument required") }
        } else {
            url = try machine.coerceToString(
                value, 0, "while evaluating the first argument passed to builtins.fetchMercurial",
                copiesToStore: false
            ).text
        }
        try machine.evaluator.checkURI(Array(url.utf8))
        if machine.evaluator.options.isPure, attributes["rev"] == nil {
            throw EvaluationError(.other, "in pure evaluation mode, 'fetchMercurial' requires a Mercurial revision")
        }
        attributes["url"] = .string(url.contains("://") ? url : "file://" + url)
        let address: String
        do throws(InputError) {
            let features = machine.evaluator.options.experimentalFeatures
            _ = try InputScheme.check(&attributes, features: features)
            address = try InputScheme.mercurial.url(of: attributes).text
        } catch { throw EvaluationError(error) }
        let fetched: HostFetched
        do throws(HostError) {
            fetched = try machine.evaluator.host.fetch(
                HostFetch(kind: .mercurial, attributes: attributes.values.mapValues(HostFetch.Attribute.init)))
        } catch { throw EvaluationError(error).adding("while fetching the input '\(address)'", 0) }
        return try machine.mercurialTree(fetched)
    }

    // MARK: fetchClosure

    private static func fetchClosure(
        _ machine: Machine, _ argument: Value, _: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let set = try machine.forceAttributes(
            argument, 0, "while evaluating the argument passed to builtins.fetchClosure")
        var attributes: [String: HostFetch.Attribute] = [:]
        for index in 0..<set.shape.count {
            let name = machine.evaluator.symbols.string(of: Symbol(rawValue: set.shape.symbols[index]))
            let value = Value(bits: set.attributeValues[index])
            let position = set.shape.positions[index]
            let context = "while evaluating the attribute '\(name)' passed to builtins.fetchClosure"
            switch name {
            case "fromPath", "toPath":
                let forced = try machine.force(value)
                if name == "toPath", forced.isString, forced.bytes.isEmpty {
                    attributes[name] = .string([])
                    continue
                }
                let text = try machine.coerceToString(forced, position, context, copiesToStore: false)
                do throws(FormatError) {
                    let path = try machine.evaluator.host.storeDirectory.parse(ByteString(text.bytes))
                    attributes[name] = .string(path.baseName.bytes)
                } catch {
                    throw EvaluationError(.other, "path '\(text.text)' is not in the Nix store")
                        .adding(context, position)
                }
            case "fromStore":
                attributes[name] = .string(Array(try machine.stringWithoutContext(value, position, context).bytes))
            case "inputAddressed": attributes[name] = .bool(try machine.forceBoolean(value, position, context))
            default:
                let other = machine.evaluator.printed(Symbol(rawValue: set.shape.symbols[index]))
                throw EvaluationError(.other, "attribute '\(other)' isn't supported in call to 'fetchClosure'")
            }
        }
        func missing(_ name: String) -> EvaluationError {
            EvaluationError(.other, "attribute '\(name)' is missing in call to 'fetchClosure'")
        }
        guard attributes["fromPath"] != nil else { throw missing("fromPath") }
        if attributes["inputAddressed"] == .bool(true), attributes["toPath"] != nil {
            throw EvaluationError(
                .other, "attribute 'inputAddressed' is set to true, but 'toPath' is also set. Please remove one of them"
            )
        }
        guard case .string(let bytes)? = attributes["fromStore"] else { throw missing("fromStore") }
        try checkBinaryCache(String(decoding: bytes, as: UTF8.self))
        let fetched: HostFetched
        do throws(HostError) {
            fetched = try machine.evaluator.host.fetch(HostFetch(kind: .closure, attributes: attributes))
        } catch { throw EvaluationError(error) }
        return try machine.string(of: fetched.storePath)
    }

    /// Refuses what is no address of a binary cache that an expression may name.
    private static func checkBinaryCache(_ store: String) throws(EvaluationError) {
        let unsupported = EvaluationError(.other, "'fetchClosure' only supports http:// and https:// stores")
        let url: InputURL
        var warnings: [String] = []
        do throws(InputError) {
            url = try InputURL(parsing: store, isLenient: false, warnings: &warnings)
        } catch {
            // What is no URL may still name a store of this machine.
            let isLocal = ["", "auto", "daemon", "local"].contains(store) || store.contains("/")
            guard isLocal, !store.contains("://") else {
                throw EvaluationError(.usage, "Cannot parse Nix store '\(store)'")
            }
            throw unsupported
        }
        guard ["http", "https"].contains(url.scheme) else { throw unsupported }
        guard url.query.isEmpty else {
            throw EvaluationError(.other, "'fetchClosure' does not support URL query parameters (in '\(store)')")
        }
        guard url.authority?.isEmpty == false else {
            throw EvaluationError(.usage, "`\(url.scheme)` Store requires a non-empty authority in Store URL")
        }
    }

    // MARK: Flakes

    private static func getFlake(
        _ machine: Machine, _ argument: Value, _: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let evaluator = machine.evaluator
        let text = try machine.stringWithoutContext(
            argument, 0, "while evaluating the argument passed to builtins.getFlake"
        ).text
        try evaluator.require(feature: "flakes")
        let reference = try parsed(machine, text)
        if evaluator.options.isPure {
            let isLocked: Bool
            do throws(InputError) {
                var attributes = reference.attributes
                isLocked =
                    try InputScheme.check(&attributes, features: evaluator.options.experimentalFeatures)?
                    .isLocked(attributes) ?? false
            } catch { throw EvaluationError(error) }
            guard isLocked else {
                throw EvaluationError(
                    .other,
                    "cannot call 'getFlake' on unlocked flake reference '\(text)', at «none»:0 (use --impure to override)"
                )
            }
        }
        guard let flakes = evaluator.flakes else {
            throw EvaluationError(.host, "cannot get flake '\(text)': no flakes can be read here")
        }
        return try flakes(reference)
    }

    private static func flakeAttributes(_ machine: Machine, _ set: Value) throws(EvaluationError) -> InputAttributes {
        var result = InputAttributes()
        for index in 0..<set.shape.count {
            let evaluator = machine.evaluator
            let symbol = Symbol(rawValue: set.shape.symbols[index])
            let name = evaluator.symbols.string(of: symbol)
            let value = try machine.force(Value(bits: set.attributeValues[index]))
            if let integer = value.integer {
                guard integer >= 0 else {
                    throw EvaluationError(
                        .other, "negative value given for flake ref attr \(evaluator.printed(symbol)): \(integer)")
                }
                result[name] = .integer(UInt64(integer))
            } else if value.isBool {
                result[name] = .bool(value.isTrue)
            } else if value.isString {
                result[name] = .string(value.text)
            } else {
                throw EvaluationError(
                    .other,
                    "flake reference attribute sets may only contain integers, Booleans, and strings, but attribute '\(evaluator.printed(symbol))' is \(machine.typeName(value))"
                )
            }
        }
        return result
    }
}

extension EvaluationError {
    convenience init(_ error: InputError) { self.init(.other, error.message) }
}

extension InputAttributes.Value {
    package init(_ attribute: HostFetch.Attribute) {
        switch attribute {
        case .string(let bytes): self = .string(String(decoding: bytes, as: UTF8.self))
        case .integer(let number): self = .integer(UInt64(clamping: number))
        case .bool(let flag): self = .bool(flag)
        }
    }
}

extension HostFetch.Attribute {
    package init(_ value: InputAttributes.Value) {
        switch value {
        case .string(let text): self = .string(Array(text.utf8))
        case .integer(let number): self = .integer(Int64(clamping: number))
        case .bool(let flag): self = .bool(flag)
        }
    }
}

extension Machine {
    /// The attributes of an input, as the expression gives them.
    func fetchAttributes(_ set: Value, _ builtin: String) throws(EvaluationError) -> InputAttributes {
        var result = InputAttributes()
        for index in 0..<set.shape.count {
            let symbol = Symbol(rawValue: set.shape.symbols[index])
            let name = evaluator.symbols.string(of: symbol)
            if name == "type" { continue }
            let value = try force(Value(bits: set.attributeValues[index]))
            if value.isString || value.isPath {
                if value.isString { try realise(value.contextIndex) }
                result[name] = .string(String(decoding: value.bytes, as: UTF8.self))
            } else if value.isBool {
                result[name] = .bool(value.isTrue)
            } else if let integer = value.integer {
                guard integer >= 0 else {
                    throw EvaluationError(
                        .other,
                        "negative value given for '\(builtin)' argument '\(evaluator.printed(symbol))': \(integer)")
                }
                result[name] = .integer(UInt64(integer))
            } else if name == "publicKeys" {
                try evaluator.require(feature: "verified-fetches")
                let printed = try JSONPrinter.print(value, self, copiesToStore: true)
                result[name] = .string(String(decoding: printed.bytes, as: UTF8.self))
            } else {
                throw EvaluationError(
                    .type,
                    "argument '\(evaluator.printed(symbol))' to '\(builtin)' is \(typeName(value)) while a string, Boolean or integer is expected"
                )
            }
        }
        return result
    }

    /// A set of plain values.
    func attributes(_ values: InputAttributes) throws(EvaluationError) -> Value {
        var buffer = try ValueBuffer(self, capacity: values.values.count)
        var entries: [AttributeEntry] = []
        for (name, attribute) in values.sorted {
            let value =
                switch attribute {
                case .string(let text): try string(text)
                case .integer(let integer): try self.integer(Int(clamping: integer))
                case .bool(let flag): Value(flag)
                }
            try buffer.append(value, self)
            entries.append(
                AttributeEntry(symbol: evaluator.symbols.intern(name), value: value.bits, position: 0))
        }
        if entries.isEmpty { return state.pointee.emptyAttributes }
        let set = try attributes(&entries)
        keepAlive(buffer.words)
        return set
    }

    /// What `fetchMercurial` gives: a work tree with changes has a revision of zeros, as callers of old expect.
    fileprivate func mercurialTree(_ fetched: HostFetched) throws(EvaluationError) -> Value {
        func text(_ name: String) -> String? {
            guard case .string(let bytes)? = fetched.attributes[name] else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        }
        var result = InputAttributes()
        if let branch = text("ref") { result["branch"] = .string(branch) }
        let revision = text("rev") ?? String(repeating: "0", count: 40)
        result["rev"] = .string(revision)
        result["shortRev"] = .string(String(revision.prefix(12)))
        if case .integer(let count)? = fetched.attributes["revCount"] {
            result["revCount"] = .integer(UInt64(clamping: count))
        }
        let known = try attributes(result)
        let path = try string(of: fetched.storePath)
        return try update(known, try attributes((self.known.outPath, path)))
    }
}
