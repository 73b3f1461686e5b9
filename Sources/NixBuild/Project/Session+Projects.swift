package import NixEval
package import NixFormats
import NixStore

extension Session {
    /// The functions of `nix/project/default.nix`, for a project in `folder`.
    func projectFunctions(_ folder: String, _ file: DevenvFile?) throws(EvaluationError) -> ValueRoot {
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
        do throws(EvaluationError) {
            let functions = try projectFunctions(folder, project.file)
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
        do throws(EvaluationError) {
            let functions = try projectFunctions(settings.folder, nil)
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

    func call(
        _ name: String, of functions: ValueRoot, _ attributes: [(name: String, value: ValueRoot)]
    ) throws(EvaluationError) -> Value {
        let function = try evaluator.attribute(name, of: functions.value) ?? evaluator.null
        return try evaluator.call(function, try evaluator.makeAttributes(attributes))
    }

    /// A lock file as a value, null where there is none.
    func lockValue(_ lock: [UInt8]?, _ path: String) throws(EvaluationError) -> Value {
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
