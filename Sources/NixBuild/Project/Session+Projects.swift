package import NixEval
package import NixFormats
import NixStore

extension Session {
    /// The functions of `nix/project/default.nix`, for a project in `folder`.
    private func projectFunctions(_ folder: String, _ file: DevenvFile?) throws(SessionError) -> ValueRoot {
        do throws(EvaluationError) {
            let function = try evaluator.importFile(Array("\(Evaluator.bundledRoot)/project/default.nix".utf8))
            let overrides = settings.overrides.map { name, url in (name, JSONValue.string(ByteString(url))) }
            var members: [(String, JSONValue)] = [
                ("system", .string(ByteString(host.currentSystem))),
                ("root", .string(ByteString(folder))),
                ("locked", .bool(settings.usesLockedInputs || file?.usesLockedInputs == true)),
                ("overrides", .object(SortedMap(overrides.map { (ByteString($0.0), $0.1) }))),
            ]
            if let file { members.append(("config", file.nixpkgsConfiguration)) }
            var attributes: [(name: String, value: ValueRoot)] = []
            for (name, value) in members {
                attributes.append((name, ValueRoot(try evaluator.makeValue(value), evaluator)))
            }
            let primitives = try evaluator.bundledPrimitives()
            attributes.append(("nixlite", ValueRoot(primitives, evaluator)))
            let functions = ValueRoot(
                try evaluator.call(function, try evaluator.makeAttributes(attributes)), evaluator)
            // What `import inputs.nixpkgs` runs finds the bundled modules under this name.
            if let bundle = try evaluator.attribute("bundle", of: functions.value) {
                evaluator.setBundledVariable("__nixlite", bundle)
            }
            return functions
        } catch {
            throw .evaluation(error)
        }
    }

    /// The configuration of a devenv project: `{ config, options, output }`.
    package func devenv(_ folder: String, profiles: [String] = []) throws(SessionError) -> Value {
        let project: DevenvProject
        do throws(ProjectError) {
            project = try DevenvProject(folder: folder)
        } catch {
            throw .project(error)
        }
        allow(folder)
        let functions = try projectFunctions(folder, project.file)
        do throws(EvaluationError) {
            var modules: [ValueRoot] = []
            for module in project.modules {
                modules.append(ValueRoot(try evaluator.makePath(Array(module.utf8)), evaluator))
            }
            let attributes: [(name: String, value: ValueRoot)] = [
                ("modules", ValueRoot(try evaluator.makeList(modules), evaluator)),
                ("inputs", ValueRoot(try evaluator.makeValue(project.file.inputsValue), evaluator)),
                ("imports", ValueRoot(try evaluator.makeValue(.strings(project.file.imports)), evaluator)),
                ("profiles", ValueRoot(try evaluator.makeValue(.strings(profiles)), evaluator)),
                ("lock", ValueRoot(try lockValue(project.lock, "\(folder)/devenv.lock"), evaluator)),
                ("folder", ValueRoot(try evaluator.makePath(Array(folder.utf8)), evaluator)),
            ]
            return try call("devenv", of: functions, attributes)
        } catch {
            throw .evaluation(error)
        }
    }

    /// The raw derivation of a model that no project describes.
    ///
    /// - Parameter description: what `fetchModel` takes.
    package func rawModel(_ description: JSONValue) throws(SessionError) -> ValueRoot {
        let functions = try projectFunctions(settings.folder, nil)
        do throws(EvaluationError) {
            guard let function = try evaluator.attribute("rawModel", of: functions.value) else {
                throw evaluator.failure("attribute 'rawModel' missing")
            }
            let root = ValueRoot(function, evaluator)
            let argument = ValueRoot(try evaluator.makeValue(description), evaluator)
            return ValueRoot(try evaluator.call(root.value, argument.value), evaluator)
        } catch {
            throw .evaluation(error)
        }
    }

    /// The flake in a folder of this machine, or of what was fetched.
    package func flake(_ folder: String) throws(SessionError) -> Value {
        if let origin = fetchedFlakes[folder] {
            return try flake(origin.root, directory: origin.directory, source: origin.source)
        }
        if let (root, directory) = Self.gitPlace(of: folder) {
            let known: [String: HostFetch.Attribute]?
            do throws(HostError) { known = try host.describeWorkTree(root) } catch { throw .host(error) }
            if let known {
                let tree = JSONValue.object(["type": .string("git"), "url": .string(ByteString("file://\(root)"))])
                return try flake(root, directory: directory, source: Self.source(known), tree: tree)
            }
        }
        let tree = JSONValue.object(["type": .string("path"), "path": .string(ByteString(folder))])
        return try flake(folder, directory: "", source: .object([:]), tree: tree)
    }

    /// The Git work tree that a folder lies in, and where in it.
    static func gitPlace(of folder: String) -> (root: String, directory: String)? {
        var root = folder
        var names: [String] = []
        while !Paths.exists("\(root)/.git") {
            guard root != "/" else { return nil }
            names.append(Paths.baseName(root))
            root = Paths.parent(root)
        }
        return (root, names.reversed().joined(separator: "/"))
    }

    /// The flake in a folder, as `builtins.getFlake` would answer it.
    ///
    /// - Parameters:
    ///   - directory: where it is below the folder.
    ///   - source: what is known of where the folder came from.
    ///   - tree: the folder as an input, which has to be copied for the rest that can be known.
    private func flake(
        _ folder: String, directory: String, source: JSONValue, tree: JSONValue = .null
    ) throws(SessionError) -> Value {
        allow(folder)
        let functions = try projectFunctions(folder, nil)
        let lockPath = "\(Paths.absolute(directory, from: folder))/flake.lock"
        do {
            let lock = Paths.exists(lockPath) ? try SmallFile.read(lockPath) : nil
            let attributes: [(name: String, value: ValueRoot)] = [
                ("folder", ValueRoot(try evaluator.makePath(Array(folder.utf8)), evaluator)),
                ("lock", ValueRoot(try lockValue(lock, lockPath), evaluator)),
                ("source", ValueRoot(try jsonValue(source.printed().bytes), evaluator)),
                ("directory", ValueRoot(try evaluator.makeString(Array(directory.utf8)), evaluator)),
                ("tree", ValueRoot(try evaluator.makeValue(tree), evaluator)),
            ]
            return try call("flake", of: functions, attributes)
        } catch let error as EvaluationError {
            throw .evaluation(error)
        } catch {
            throw .project(ProjectError("\(error)"))
        }
    }

    /// The flake at a reference, for `builtins.getFlake`.
    func flake(at reference: InputReference) throws(EvaluationError) -> Value {
        do throws(SessionError) {
            var attributes: [String: HostFetch.Attribute] = [:]
            for (name, value) in reference.attributes.values {
                switch value {
                case .string(let text): attributes[name] = .string(Array(text.utf8))
                case .integer(let number): attributes[name] = .integer(Int64(clamping: number))
                case .bool(let flag): attributes[name] = .bool(flag)
                }
            }
            var directory = reference.directory
            if case .string("indirect")? = reference.attributes["type"] {
                let named: FlakeReference
                do throws(ProjectError) {
                    named = try resolved(
                        FlakeReference(
                            kind: .indirect,
                            attributes: FetchAttributes(attributes).values.filter { $0.key != "type" },
                            directory: directory))
                } catch { throw .project(error) }
                attributes = named.fetchAttributes
                directory = named.directory
            }
            let tree: HostFetched
            do throws(HostError) {
                tree = try host.fetch(HostFetch(kind: .tree, attributes: attributes))
                try host.write([tree.storePath])
            } catch {
                let failure = EvaluationError(error)
                // A tree with another hash is not what Nix calls a failure of fetching.
                guard error.buildExitCode == nil else { throw .evaluation(failure) }
                var input = reference
                input.directory = ""
                let url = (try? input.text(features: settings.evaluation.experimentalFeatures)) ?? ""
                throw .evaluation(failure.adding("while fetching the input '\(url)'"))
            }
            return try flake(
                access.layout.realPath(tree.storePath).description, directory: directory,
                source: Self.source(tree.attributes))
        } catch {
            switch error {
            case .evaluation(let error): throw error
            case .project(let error): throw evaluator.failure(error.message)
            case .host(let error): throw evaluator.failure(error.message)
            case .realisation(let error): throw evaluator.failure(error.message)
            }
        }
    }

    /// What is known of a tree that was fetched, as `sourceInfo` has it.
    static func source(_ attributes: [String: HostFetch.Attribute]) -> JSONValue {
        var members: SortedMap<ByteString, JSONValue> = [:]
        for (name, value) in attributes where name != "ref" {
            switch value {
            case .string(let text): members[ByteString(name)] = .string(ByteString(text))
            case .integer(let number): members[ByteString(name)] = .number(ByteString("\(number)"))
            case .bool(let flag): members[ByteString(name)] = .bool(flag)
            }
        }
        if case .integer(let seconds)? = attributes["lastModified"] {
            members["lastModifiedDate"] = .string(ByteString(UTCDate.digits(seconds)))
        }
        return .object(members)
    }

    private func call(
        _ name: String, of functions: ValueRoot, _ attributes: [(name: String, value: ValueRoot)]
    ) throws(EvaluationError) -> Value {
        let function = try evaluator.attribute(name, of: functions.value) ?? evaluator.null
        return try evaluator.call(function, try evaluator.makeAttributes(attributes))
    }

    /// A lock file as a value, null where there is none.
    private func lockValue(_ lock: [UInt8]?, _ path: String) throws(EvaluationError) -> Value {
        guard let lock else { return evaluator.null }
        let value: ValueRoot
        do throws(EvaluationError) {
            value = ValueRoot(try jsonValue(lock), evaluator)
        } catch {
            throw evaluator.failure("Could not parse '\(path)': \(error.text)")
        }
        guard try evaluator.kind(of: value.value) == .attributes else {
            throw evaluator.failure("lock file '\(path)' is no JSON object")
        }
        let version = try evaluator.attribute("version", of: value.value).map { number throws(EvaluationError) in
            try evaluator.integer(number)
        }
        guard let version, 5...7 ~= version else {
            throw evaluator.failure("lock file '\(path)' has unsupported version \(version ?? 0)")
        }
        return value.value
    }

    private func jsonValue(_ text: [UInt8]) throws(EvaluationError) -> Value {
        let fromJSON = try evaluate(expression: "builtins.fromJSON")
        return try evaluator.call(fromJSON, try evaluator.makeString(text))
    }
}

extension DevenvFile {
    /// `nixpkgs.config`.
    fileprivate var nixpkgsConfiguration: JSONValue {
        .object([
            "allowUnfree": .bool(allowUnfree), "allowBroken": .bool(allowBroken),
            "permittedInsecurePackages": .strings(permittedInsecurePackages),
        ])
    }

    /// The inputs in the words of a flake's `inputs`.
    fileprivate var inputsValue: JSONValue { Self.value(of: inputs) }

    private static func value(of inputs: [String: Input]) -> JSONValue {
        .object(
            SortedMap(
                inputs.map { name, input in
                    var members: SortedMap<ByteString, JSONValue> = [:]
                    if let url = input.url { members["url"] = .string(ByteString(url)) }
                    if let follows = input.follows { members["follows"] = .string(ByteString(follows)) }
                    if !input.isFlake { members["flake"] = .bool(false) }
                    if !input.inputs.isEmpty { members["inputs"] = value(of: input.inputs) }
                    return (ByteString(name), .object(members))
                }))
    }
}

extension JSONValue {
    /// A list of strings.
    static func strings(_ texts: [String]) -> JSONValue { .array(texts.map { .string(ByteString($0)) }) }
}

extension Evaluator {
    /// A value of plain data; numbers are not used.
    func makeValue(_ value: JSONValue) throws(EvaluationError) -> Value {
        switch value {
        case .null, .number: return null
        case .bool(let flag): return makeBool(flag)
        case .string(let text): return try makeString(text.bytes)
        case .array(let elements):
            var roots: [ValueRoot] = []
            for element in elements { roots.append(ValueRoot(try makeValue(element), self)) }
            return try makeList(roots)
        case .object(let members):
            var roots: [(name: String, value: ValueRoot)] = []
            for member in members {
                roots.append((member.key.description, ValueRoot(try makeValue(member.value), self)))
            }
            return try makeAttributes(roots)
        }
    }
}
