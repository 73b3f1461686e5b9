import NixFormats
import NixSyntax

/// Fetches while evaluating. What is fetched, and from where, is the host's business.
extension Builtins {
    static let fetching: [Builtin] = [
        Builtin("fetchurl", 1, strict: 1) { (machine, argument, _, _, _) throws(EvaluationError) in
            try fetchOne(machine, argument, "fetchurl", .url)
        },
        Builtin("fetchTarball", 1, strict: 1, isGlobal: true) { (machine, argument, _, _, _) throws(EvaluationError) in
            try fetchOne(machine, argument, "fetchTarball", .tarball)
        },
        Builtin("fetchGit", 1, strict: 1, isGlobal: true) { (machine, argument, _, _, _) throws(EvaluationError) in
            try fetchTree(machine, argument, "fetchGit")
        },
        Builtin("fetchTree", 1, strict: 1, isGlobal: true) { (machine, argument, _, _, _) throws(EvaluationError) in
            try fetchTree(machine, argument, "fetchTree")
        },
        Builtin("fetchMercurial", 1, strict: 1, isGlobal: true) {
            (machine, argument, _, _, _) throws(EvaluationError) in
            _ = try machine.force(argument)
            throw EvaluationError(.host, "fetching with Mercurial is not supported by this version of nixlite")
        },
        Builtin("getFlake", 1, strict: 1) { (machine, reference, _, _, _) throws(EvaluationError) in
            let text = try machine.stringWithoutContext(
                reference, 0, "while evaluating the argument passed to builtins.getFlake")
            throw EvaluationError(
                .host,
                "cannot get flake '\(text.text)': 'builtins.getFlake' is not supported by this version of nixlite")
        },
        Builtin("parseFlakeRef", 1, strict: 1) { (machine, reference, _, _, _) throws(EvaluationError) in
            let text = try machine.stringWithoutContext(
                reference, 0, "while evaluating the argument passed to builtins.parseFlakeRef")
            let attributes: [String: HostFetch.Attribute]
            do throws(HostError) {
                attributes = try machine.evaluator.host.parseFlakeReference(Array(text.bytes))
            } catch { throw EvaluationError(error) }
            return try machine.attributes(attributes)
        },
        Builtin("flakeRefToString", 1, strict: 1) { (machine, argument, _, _, _) throws(EvaluationError) in
            let set = try machine.forceAttributes(
                argument, 0, "while evaluating the argument passed to builtins.flakeRefToString")
            let attributes = try flakeAttributes(machine, set)
            let text: [UInt8]
            do throws(HostError) {
                text = try machine.evaluator.host.printFlakeReference(attributes)
            } catch { throw EvaluationError(error) }
            return try machine.string(text)
        },
    ]

    // MARK: fetchurl, fetchTarball

    private static func fetchOne(
        _ machine: Machine, _ argument: Value, _ builtin: String, _ kind: HostFetch.Kind
    ) throws(EvaluationError) -> Value {
        var value = try machine.force(argument)
        if value.isAttributes { value = try machine.flat(value) }
        var url: [UInt8]?
        var name: [UInt8]?
        var expected: NixHash?
        if value.isAttributes {
            for index in 0..<value.shape.count {
                let attribute = Value(bits: value.attributeValues[index])
                let position = value.shape.positions[index]
                func text(_ what: String) throws(EvaluationError) -> [UInt8] {
                    Array(
                        try machine.stringWithoutContext(
                            attribute, position, "while evaluating the \(what) we should fetch"
                        ).bytes)
                }
                switch machine.evaluator.symbols.string(of: Symbol(rawValue: value.shape.symbols[index])) {
                case "url": url = try text("url")
                case "name": name = try text("name of the content")
                case "sha256":
                    let hash = try text("sha256 of the content")
                    do throws(FormatError) {
                        expected = try NixHash.parseAllowingEmpty(ByteString(hash), expected: .sha256).hash
                    } catch { throw EvaluationError(error) }
                case let other:
                    throw EvaluationError(.other, "unsupported argument '\(other)' to '\(builtin)'")
                }
            }
        } else {
            url = Array(
                try machine.stringWithoutContext(value, 0, "while evaluating the url we should fetch").bytes)
        }
        guard var url else { throw EvaluationError(.other, "'url' argument required") }
        if kind == .tarball, url.starts(with: "channel:".utf8) {
            url = Array("https://channels.nixos.org/".utf8) + url.dropFirst(8) + Array("/nixexprs.tar.xz".utf8)
        }
        try machine.evaluator.checkURI(url)
        let storeName = name ?? (kind == .tarball ? Array("source".utf8) : baseName(url))
        try checkName(storeName, url, builtin, isSet: value.isAttributes, isNamed: name != nil)
        if machine.evaluator.options.isPure, expected == nil {
            throw EvaluationError(.other, "in pure evaluation mode, '\(builtin)' requires a 'sha256' argument")
        }
        var attributes: [String: HostFetch.Attribute] = ["url": .string(url), "name": .string(storeName)]
        if let expected { attributes["narHash"] = .string(expected.sri.bytes) }
        let fetched: HostFetched
        do throws(HostError) {
            fetched = try machine.evaluator.host.fetch(HostFetch(kind: kind, attributes: attributes))
        } catch { throw EvaluationError(error) }
        return try machine.string(of: fetched.storePath)
    }

    private static func checkName(
        _ name: [UInt8], _ url: [UInt8], _ builtin: String, isSet: Bool, isNamed: Bool
    ) throws(EvaluationError) {
        do throws(FormatError) { try StorePathName.validate(name[...]) } catch {
            let advice =
                if isNamed {
                    "Please change the value for the 'name' attribute passed to '\(builtin)', so that it can create a valid store path."
                } else if isSet {
                    "Please add a valid 'name' attribute to the argument for '\(builtin)', so that it can create a valid store path."
                } else {
                    "Please pass an attribute set with 'url' and 'name' attributes to '\(builtin)',  so that it can create a valid store path."
                }
            let text = String(decoding: url, as: UTF8.self)
            throw EvaluationError(
                .other, "invalid store path name when fetching URL '\(text)': \(error.message). \(advice)")
        }
    }

    // MARK: fetchGit, fetchTree

    private static let gitAttributes: Set<String> = [
        "url", "ref", "rev", "shallow", "submodules", "lfs", "exportIgnore", "lastModified", "revCount", "narHash",
        "allRefs", "name", "dirtyRev", "dirtyShortRev", "verifyCommit", "keytype", "publicKey", "publicKeys", "type",
    ]

    private static func fetchTree(
        _ machine: Machine, _ argument: Value, _ builtin: String
    ) throws(EvaluationError) -> Value {
        let isGit = builtin == "fetchGit"
        let value = try machine.force(argument)
        var attributes: [String: HostFetch.Attribute]
        if value.isAttributes {
            attributes = try treeAttributes(machine, value, builtin)
        } else {
            let url = try machine.coerceToString(
                value, 0, "while evaluating the first argument passed to '\(builtin)'", copiesToStore: false)
            try machine.realiseContext(of: url)
            attributes = ["url": .string(Array(url.bytes))]
        }
        if isGit {
            guard case .string(let url)? = attributes["url"] else {
                throw EvaluationError(.other, "input attribute 'url' is missing")
            }
            attributes["url"] = .string(gitURL(url))
            attributes["type"] = .string(Array("git".utf8))
        }
        let isGitTree = attributes["type"] == .string(Array("git".utf8))
        if isGitTree { try checkGitAttributes(attributes) }
        try checkPurity(machine, attributes, builtin)
        if case .string(let url)? = attributes["url"] { try machine.evaluator.checkURI(url) }
        let fetched: HostFetched
        do throws(HostError) {
            fetched = try machine.evaluator.host.fetch(
                HostFetch(kind: isGit ? .git : .tree, attributes: attributes))
        } catch { throw EvaluationError(error) }
        return try machine.tree(fetched, isGit: isGitTree, given: attributes, hasRevisionAlways: isGit)
    }

    private static func checkGitAttributes(_ attributes: [String: HostFetch.Attribute]) throws(EvaluationError) {
        for name in attributes.keys.sorted() where !gitAttributes.contains(name) {
            throw EvaluationError(.other, "input attribute '\(name)' not supported by scheme 'git'")
        }
        for name in ["ref", "rev"] {
            guard let attribute = attributes[name] else { continue }
            guard case .string(let text) = attribute else {
                throw EvaluationError(.other, "input attribute '\(name)' is not a string")
            }
            if name == "rev", text.count != 40 {
                throw EvaluationError(
                    .other,
                    "hash '\(String(decoding: text, as: UTF8.self))' has wrong length for hash algorithm 'sha1'")
            }
        }
    }

    private static func checkPurity(
        _ machine: Machine, _ attributes: [String: HostFetch.Attribute], _ builtin: String
    ) throws(EvaluationError) {
        guard machine.evaluator.options.isPure, attributes["rev"] == nil, attributes["narHash"] == nil else { return }
        var text = Array("an input".utf8)
        for name in ["url", "path", "repo"] {
            if case .string(let bytes)? = attributes[name] {
                text = bytes
                break
            }
        }
        throw EvaluationError(
            .other,
            "in pure evaluation mode, '\(builtin)' doesn't fetch unlocked input '\(String(decoding: text, as: UTF8.self))'"
        )
    }

    private static func treeAttributes(
        _ machine: Machine, _ set: Value, _ builtin: String
    ) throws(EvaluationError) -> [String: HostFetch.Attribute] {
        let isGit = builtin == "fetchGit"
        let type = set.attribute(machine.known.type)
        if isGit, !type.isAbsent { throw EvaluationError(.other, "unexpected argument 'type'") }
        if !isGit {
            guard !type.isAbsent else {
                throw EvaluationError(.other, "argument 'type' is missing in call to '\(builtin)'")
            }
            _ = try machine.stringWithoutContext(
                type, 0, "while evaluating the `type` argument passed to '\(builtin)'")
        }
        let attributes = try machine.fetchAttributes(set, builtin)
        if !isGit, attributes["name"] != nil {
            throw EvaluationError(.other, "argument 'name' isn’t supported in call to '\(builtin)'")
        }
        return attributes
    }

    private static func flakeAttributes(
        _ machine: Machine, _ set: Value
    ) throws(EvaluationError) -> [String: HostFetch.Attribute] {
        var result: [String: HostFetch.Attribute] = [:]
        for index in 0..<set.shape.count {
            let name = machine.evaluator.symbols.string(of: Symbol(rawValue: set.shape.symbols[index]))
            let value = try machine.force(Value(bits: set.attributeValues[index]))
            if let integer = value.integer {
                guard integer >= 0 else {
                    throw EvaluationError(.other, "negative value given for flake ref attr \(name): \(integer)")
                }
                result[name] = .integer(Int64(integer))
            } else if value.isBool {
                result[name] = .bool(value.isTrue)
            } else if value.isString {
                result[name] = .string(Array(value.bytes))
            } else {
                throw EvaluationError(
                    .other,
                    "flake reference attribute sets may only contain integers, Booleans, and strings, but attribute '\(name)' is \(machine.typeName(value))"
                )
            }
        }
        return result
    }

    /// An address with a scheme for a path or the form `user@host:path`.
    private static func gitURL(_ url: [UInt8]) -> [UInt8] {
        if url.first == UInt8(ascii: "/") { return Array("file://".utf8) + url }
        let text = String(decoding: url, as: UTF8.self)
        if text.contains("://") { return url }
        guard let at = text.firstIndex(of: "@"), let colon = text.lastIndex(of: ":"), at < colon,
            !text[..<at].contains("/")
        else { return url }
        return Array("ssh://\(text[..<colon])/\(text[text.index(after: colon)...])".utf8)
    }
}

extension Machine {
    /// The attributes of an input, as the expression gives them.
    fileprivate func fetchAttributes(
        _ set: Value, _ builtin: String
    ) throws(EvaluationError) -> [String: HostFetch.Attribute] {
        var result: [String: HostFetch.Attribute] = [:]
        for index in 0..<set.shape.count {
            let name = evaluator.symbols.string(of: Symbol(rawValue: set.shape.symbols[index]))
            let value = try force(Value(bits: set.attributeValues[index]))
            if value.isString || value.isPath {
                if value.isString { try realiseContext(of: value) }
                result[name] = .string(Array(value.bytes))
            } else if value.isBool {
                result[name] = .bool(value.isTrue)
            } else if let integer = value.integer {
                guard integer >= 0 else {
                    throw EvaluationError(
                        .other, "negative value given for '\(builtin)' argument '\(name)': \(integer)")
                }
                result[name] = .integer(Int64(integer))
            } else {
                throw EvaluationError(
                    .type,
                    "argument '\(name)' to '\(builtin)' is \(typeName(value)) while a string, Boolean or integer is expected"
                )
            }
        }
        return result
    }

    fileprivate func realiseContext(of text: Value) throws(EvaluationError) {
        if text.contextIndex != 0 { try realise(text.contextIndex) }
    }

    /// A set of plain values.
    fileprivate func attributes(_ values: [String: HostFetch.Attribute]) throws(EvaluationError) -> Value {
        var buffer = try ValueBuffer(self, capacity: values.count)
        var entries: [AttributeEntry] = []
        for (name, attribute) in values {
            let value =
                switch attribute {
                case .string(let bytes): try string(bytes)
                case .integer(let integer): try self.integer(Int(integer))
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

    /// What `fetchGit` and `fetchTree` give: where the tree is, and what is known of it.
    fileprivate func tree(
        _ fetched: HostFetched, isGit: Bool, given: [String: HostFetch.Attribute], hasRevisionAlways: Bool
    ) throws(EvaluationError) -> Value {
        var result: [String: HostFetch.Attribute] = [:]
        for name in ["narHash", "rev", "shortRev", "revCount", "dirtyRev", "dirtyShortRev", "lastModified"] {
            result[name] = fetched.attributes[name]
        }
        if isGit { result["submodules"] = given["submodules"] ?? .bool(false) }
        if hasRevisionAlways {
            // A work tree with changes has no commit; callers of old expect one all the same.
            let none = String(repeating: "0", count: 40)
            if result["rev"] == nil {
                result["rev"] = .string(Array(none.utf8))
                result["shortRev"] = .string(Array(none.prefix(7).utf8))
            }
            if result["revCount"] == nil { result["revCount"] = .integer(0) }
        }
        if case .integer(let seconds)? = result["lastModified"] {
            result["lastModifiedDate"] = .string(Array(UTCDate.digits(seconds).utf8))
        }
        let known = try attributes(result)
        let path = try string(of: fetched.storePath)
        return try update(known, try attributes((self.known.outPath, path)))
    }
}

/// Times as Nix words them.
enum UTCDate {
    /// `YYYYMMDDhhmmss` in UTC.
    ///
    /// Source: days to civil dates in the proleptic Gregorian calendar, in eras of 400 years.
    static func digits(_ seconds: Int64) -> String {
        let (day, second) = (seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400, seconds)
        let inDay = second - day * 86_400
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func padded(_ number: Int64, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(width - text.count, 0)) + text
        }
        return padded(year, 4) + padded(month, 2) + padded(dayOfMonth, 2) + padded(inDay / 3600, 2)
            + padded(inDay / 60 % 60, 2) + padded(inDay % 60, 2)
    }
}

extension Evaluator {
    /// In restricted evaluation, whether an address may be fetched at all.
    func checkURI(_ uri: [UInt8]) throws(EvaluationError) {
        guard options.isRestricted else { return }
        let text = String(decoding: uri, as: UTF8.self)
        for allowed in options.allowedURIs {
            if text == allowed { return }
            guard text.hasPrefix(allowed) else { continue }
            // A scheme such as `github:` allows all that begins with it, anything else only whole components.
            if allowed.hasSuffix("/") || allowed.hasSuffix(":") || text.dropFirst(allowed.count).first == "/" { return }
        }
        throw EvaluationError(.other, "access to URI '\(text)' is forbidden in restricted mode")
    }
}
