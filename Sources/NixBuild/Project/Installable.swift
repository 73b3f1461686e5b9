package import NixEval
import NixFormats
import NixStore

/// What a command line asks to evaluate or build.
package struct InstallableRequest: Sendable {
    /// `--expr`.
    package var expression: String?
    /// `--file`.
    package var file: String?
    /// Installables, and attribute paths of the above.
    package var names: [String] = []
    /// The whole configuration of a module, not only what the project defines.
    package var showsEverything = false
    /// The rules of `nix-instantiate`: errors have no frame for the file, and without arguments a function stays one.
    package var isInstantiation = false
    /// A function of an expression or a file stays one where no attribute of its result is asked for.
    package var keepsFunctions = false
    /// A flake without an attribute is all its outputs.
    package var takesWholeFlakes = false

    package init() {}

    /// Whether values are for building.
    package enum Purpose: Sendable { case evaluation, building }
}

extension Session {
    /// The values that a command line asks for, in its order.
    package func select(
        _ request: InstallableRequest, for purpose: InstallableRequest.Purpose
    ) throws(SessionError) -> [ValueRoot] {
        if request.expression != nil || request.file != nil {
            let base = try self.base(request)
            let isKept = request.keepsFunctions || request.isInstantiation && arguments.isEmpty
            let callsLast = purpose == .building || !isKept
            var values: [ValueRoot] = []
            for name in request.names.isEmpty ? [""] : request.names {
                values.append(try root(select(name, in: base.value, callsLast: callsLast)))
            }
            return values
        }
        var values: [ValueRoot] = []
        for name in request.names.isEmpty ? ["."] : request.names {
            values.append(try root(installable(name, request, purpose)))
        }
        return values
    }

    private func root(_ value: Value) -> ValueRoot { ValueRoot(value, evaluator) }

    private func base(_ request: InstallableRequest) throws(SessionError) -> ValueRoot {
        if let file = request.file { return root(try evaluate(file: file, isNamed: !request.isInstantiation)) }
        do throws(EvaluationError) {
            return root(try evaluate(expression: request.expression ?? ""))
        } catch {
            throw .evaluation(error)
        }
    }

    /// An attribute path in a value of plain Nix.
    private func select(_ name: String, in value: Value, callsLast: Bool = true) throws(SessionError) -> Value {
        let problem: String
        switch try find(try parse(name), in: value, callsLast: callsLast) {
        case .found(let found): return found
        case .missing(let missing, let others):
            let similar = Suggestions.best(among: others, for: missing)
            let hint = similar.isEmpty ? "" : "\n\(Suggestions.sentence(similar))"
            problem = "attribute '\(missing)' in selection path '\(name)' not found\(hint)"
        case .notASet(let kind):
            problem = "the expression selected by the selection path '\(name)' should be a set but is \(kind)"
        case .notAList(let kind):
            problem = "the expression selected by the selection path '\(name)' should be a list but is \(kind)"
        case .outOfRange(let index): problem = "list index \(index) in selection path '\(name)' is out of range"
        case .emptyName: problem = "empty attribute name in selection path '\(name)'"
        }
        throw .project(ProjectError(problem))
    }

    private func parse(_ text: String) throws(SessionError) -> AttributePath {
        do throws(ProjectError) {
            return try AttributePath(parsing: text)
        } catch {
            throw .project(error)
        }
    }

    func find(
        _ path: AttributePath, in value: Value, callsLast: Bool = true
    ) throws(SessionError) -> AttributeSearch {
        do throws(EvaluationError) {
            return try evaluator.find(path, in: value, arguments: arguments, callsLast: callsLast)
        } catch {
            throw .evaluation(error)
        }
    }

    /// The first of several paths that leads somewhere; a function there stays one.
    private func first(_ paths: [AttributePath], in value: Value) throws(SessionError) -> Value? {
        for path in paths {
            if case .found(let found) = try find(path, in: value, callsLast: false) { return found }
        }
        return nil
    }

    /// The line of a message with the names that resemble those that none of the paths found; empty where there are none.
    private func suggestion(_ paths: [AttributePath], in value: Value) throws(SessionError) -> String {
        var similar: [String] = []
        for path in paths {
            guard case .missing(let missing, let others) = try find(path, in: value) else { continue }
            similar += Suggestions.best(among: others, for: missing).filter { !similar.contains($0) }
        }
        return similar.isEmpty ? "" : "\n\(Suggestions.sentence(similar))"
    }

    // MARK: Installables

    /// A flake as `builtins.getFlake` answers it, by its reference.
    package func flake(reference: String) throws(SessionError) -> Value {
        switch try location(reference) {
        case .flake(let place): return try flake(place)
        case .devenv(let folder): return try flake(FlakePlace(folder: folder))
        case .file(let file): return try flake(FlakePlace(folder: Paths.parent(file)))
        }
    }

    /// How messages call an installable: a flake by its address.
    package func name(ofInstallable text: String) -> String {
        let (reference, fragment) = FlakeAddress.split(text)
        guard let location = try? location(reference), case .flake(let place) = location else { return text }
        return "\(place.name)#\(fragment ?? "")"
    }

    private func installable(
        _ text: String, _ request: InstallableRequest, _ purpose: InstallableRequest.Purpose
    ) throws(SessionError) -> Value {
        let (reference, fragment) = FlakeAddress.split(text)
        let path = try parse(fragment ?? "")
        switch try location(reference, hintingAtAttributes: fragment == nil) {
        case .file(let file):
            var whole = InstallableRequest()
            whole.file = file
            return try select(path.text, in: base(whole).value)
        case .devenv(let folder): return try project(folder, path, request, purpose)
        case .flake(let place):
            let isWhole = request.takesWholeFlakes || Paths.baseName(reference) == "flake.nix"
            if fragment == nil, isWhole, purpose == .evaluation {
                return try attribute("outputs", of: root(flake(place)))
            }
            return try flakeOutput(place, path, request, purpose)
        }
    }

    /// Where a word leads; what might have been meant as a name in the project at hand is told where it leads nowhere.
    private func location(
        _ reference: String, hintingAtAttributes: Bool
    ) throws(SessionError) -> ProjectLocation {
        do throws(SessionError) {
            return try location(reference)
        } catch {
            guard hintingAtAttributes, case .project(let problem) = error, !reference.contains("/"),
                !reference.contains(":"), (try? ProjectLocation(settings.folder)) != nil
            else { throw error }
            let hint = "hint: what the project here has is named with '.#', as in '.#\(reference)'"
            throw .project(ProjectError("\(problem.message)\n\(hint)", isMisuse: problem.isMisuse))
        }
    }

    func location(_ reference: String) throws(SessionError) -> ProjectLocation {
        let input: InputReference
        do throws(ProjectError) {
            let isPlace =
                reference.isEmpty || reference.hasPrefix(".") || reference.hasPrefix("/")
                || reference.hasSuffix(".nix")
            if isPlace {
                guard let mark = reference.firstIndex(of: "?") else {
                    return try ProjectLocation(Paths.absolute(reference, from: settings.folder))
                }
                let location = try ProjectLocation(Paths.absolute(String(reference[..<mark]), from: settings.folder))
                guard case .flake(let place) = location,
                    let tree = try Self.workTree(of: place, query: reference[reference.index(after: mark)...])
                else { return location }
                input = tree
            } else {
                input = try resolved(FlakeAddress(base: settings.folder).reference(reference, allowsMissing: true))
                if input.scheme == .path, let path = input.attributes.text("path") {
                    let location = try ProjectLocation(Paths.absolute(input.directory, from: path))
                    guard case .flake(let place) = location else { return location }
                    return .flake(FlakePlace(folder: place.folder, reference: input))
                }
            }
        } catch {
            throw .project(error)
        }
        return .flake(try place(of: input))
    }

    /// The state of a Git work tree that a flake's path with further words means; nil for a path in none.
    private static func workTree(of place: FlakePlace, query: Substring) throws(ProjectError) -> InputReference? {
        guard let (root, directory) = FlakePlace.workTree(of: place.folder) else { return nil }
        var reference = try FlakeAddress(base: root).reference("git+file://\(root)?\(query)")
        if !directory.isEmpty {
            guard reference.directory.isEmpty else {
                throw ProjectError("flake URL '\(place.folder)?\(query)' has an inconsistent 'dir' parameter")
            }
            reference.directory = directory
        }
        return reference
    }

    /// An attribute of a devenv project: a model, else a part of the configuration.
    private func project(
        _ folder: String, _ path: AttributePath, _ request: InstallableRequest, _ purpose: InstallableRequest.Purpose
    ) throws(SessionError) -> Value {
        let evaluation = root(try devenv(folder))
        if path.names.isEmpty, purpose == .evaluation {
            let output = root(try attribute(request.showsEverything ? "config" : "output", of: evaluation))
            // What is wrong with a project shows where it is printed; a misspelt option of the models is an error at once.
            _ = try find(AttributePath(["services", "model-repo"]), in: output.value)
            return output.value
        }
        let config = root(try attribute("config", of: evaluation))
        if let found = try first(Self.configurationPaths(path), in: config.value) { return found }
        var hint = try model(meantBy: path, in: config.value)
        if hint.isEmpty { hint = try suggestion(Self.configurationPaths(path), in: config.value) }
        throw .project(ProjectError("project '\(folder)' does not provide attribute '\(path.text)'\(hint)"))
    }

    /// The line of a message with the model whose name was given without `models`, or without the quotes that a dot needs.
    private func model(meantBy path: AttributePath, in configuration: Value) throws(SessionError) -> String {
        let names = path.names.first == "models" ? path.names.dropFirst() : path.names[...]
        let model = AttributePath(["models", names.joined(separator: ".")])
        guard model != path, case .found = try find(AttributePath(["nixlite"]) + model, in: configuration) else {
            return ""
        }
        return "\n\(Suggestions.sentence([model.text]))"
    }

    /// Where `path` is looked for in a configuration.
    private static func configurationPaths(_ path: AttributePath) -> [AttributePath] {
        if path.names.isEmpty { return [AttributePath(["nixlite", "models"])] }
        if path.names.first == "models" { return [AttributePath(["nixlite"]) + path, path] }
        return [path, AttributePath(["outputs"]) + path]
    }

    /// An attribute of a flake as Nix looks for it, then of the configuration of its shell, then of a devenv.nix beside it.
    private func flakeOutput(
        _ place: FlakePlace, _ path: AttributePath, _ request: InstallableRequest,
        _ purpose: InstallableRequest.Purpose
    ) throws(SessionError) -> Value {
        let flake = root(try self.flake(place))
        let outputs = root(try attribute("outputs", of: flake))
        let system = host.currentSystem
        let paths =
            path.names.isEmpty
            ? [AttributePath(["packages", system, "default"]), AttributePath(["defaultPackage", system])]
            : [
                AttributePath(["packages", system]) + path, AttributePath(["legacyPackages", system]) + path, path,
            ]
        if let found = try first(paths, in: outputs.value) { return found }
        let shell = AttributePath(["devShells", system, "default", "config"])
        if let config = try first([shell], in: outputs.value).map(root),
            let found = try first(Self.configurationPaths(path), in: config.value)
        {
            return found
        }
        if Paths.exists("\(place.folder)/devenv.nix") { return try project(place.folder, path, request, purpose) }
        let names = paths.map { "'\($0.text)'" }
        let list = names.dropLast().joined(separator: ", ")
        let hint = try suggestion(paths, in: outputs.value)
        throw .project(
            ProjectError("flake '\(place.name)' does not provide attribute \(list) or \(names.last ?? "")\(hint)"))
    }

    /// A member that must be there.
    func attribute(_ name: String, of value: ValueRoot) throws(SessionError) -> Value {
        guard case .found(let found) = try find(AttributePath([name]), in: value.value) else {
            throw .project(ProjectError("attribute '\(name)' missing"))
        }
        return found
    }
}
