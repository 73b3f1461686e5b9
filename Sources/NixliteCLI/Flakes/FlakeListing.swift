import NixBuild
import NixEval
import NixFormats

/// The outputs of a flake by what they are, printed as they are found or gathered as JSON.
///
/// Source: "nix flake show" in the Nix manual; which outputs are entered and what they are called as in Nix 2.34.
struct FlakeListing {
    let session: Session
    let display: ProgressDisplay
    let printsTree: Bool
    var showsLegacy = false
    var showsAllSystems = false

    private var evaluator: Evaluator { session.evaluator }
    private var system: String { session.host.currentSystem }

    init(session: Session, display: ProgressDisplay, printsTree: Bool) {
        self.session = session
        self.display = display
        self.printsTree = printsTree
    }

    /// What a name leads to.
    private enum Place {
        /// Names are listed.
        case branch
        /// A derivation of a system.
        case package
        case job
        case legacy
        case app
        case template
        /// Known by its name alone.
        case other(type: String, words: String)
    }

    private static func place(_ path: [String]) -> Place {
        guard let first = path.first else { return .branch }
        let bySystem: Set = ["checks", "packages", "devShells", "apps"]
        let listed: Set = [
            "defaultPackage", "devShell", "formatter", "nixosConfigurations", "nixosModules", "defaultApp", "templates",
            "overlays",
        ]
        switch path.count {
        case 1 where listed.contains(first) || bySystem.contains(first): return .branch
        case 2 where bySystem.contains(first): return .branch
        case 2 where ["defaultPackage", "devShell", "formatter"].contains(first): return .package
        case 3 where ["checks", "packages", "devShells"].contains(first): return .package
        default: break
        }
        switch (first, path.count) {
        case ("hydraJobs", _): return .job
        case ("legacyPackages", _): return .legacy
        case ("defaultApp", 2), ("apps", 3): return .app
        case ("defaultTemplate", 1), ("templates", 2): return .template
        case ("overlay", 1), ("overlays", 2): return .other(type: "nixpkgs-overlay", words: "Nixpkgs overlay")
        case ("nixosConfigurations", 2): return .other(type: "nixos-configuration", words: "NixOS configuration")
        case ("nixosModule", 1), ("nixosModules", 2): return .other(type: "nixos-module", words: "NixOS module")
        default: return .other(type: "unknown", words: "unknown")
        }
    }

    /// Shows what is at a path and below it.
    ///
    /// - Parameters:
    ///   - header: what the line begins with.
    ///   - indentation: what lines below begin with.
    func visit(
        _ value: ValueRoot, _ path: [String], header: String, indentation: String
    ) throws(EvaluationError) -> JSONValue {
        display.report(.note("evaluating '\(AttributePath(path).text)'..."))
        do throws(EvaluationError) {
            switch Self.place(path) {
            case .branch: return try list(value, path, header, indentation)
            case .package:
                guard showsAllSystems || path[1] == system else { return omit(path, header, "--all-systems") }
                guard try evaluator.isDerivation(value.value) else {
                    display.report(.warning("\(AttributePath(path + ["name"]).text) is not a derivation"))
                    return .object([:])
                }
                return try derivation(value, path, header)
            case .job:
                if try evaluator.isDerivation(value.value) { return try derivation(value, path, header) }
                return try list(value, path, header, indentation)
            case .legacy:
                if path.count == 1 { return try list(value, path, header, indentation) }
                guard showsLegacy else { return omit(path, header, "--legacy") }
                guard showsAllSystems || path[1] == system else { return omit(path, header, "--all-systems") }
                if try evaluator.isDerivation(value.value) { return try derivation(value, path, header) }
                return path.count <= 2 ? try list(value, path, header, indentation) : .object([:])
            case .app: return try app(value, header)
            case .template:
                guard let text = try string("description", of: value.value) else {
                    let name = AttributePath(path + ["description"]).text
                    throw evaluator.failure("attribute '\(name)' does not exist")
                }
                line("\(header): template: \(Style.bold(text))")
                return .object(["type": .string("template"), "description": .string(ByteString(text))])
            case .other(let type, let words):
                line("\(header): \(Style.magenta(words))")
                return .object(["type": .string(ByteString(type))])
            }
        } catch {
            guard path.first == "legacyPackages" else { throw error }
            return .object([:])
        }
    }

    private func line(_ text: String) {
        if printsTree { StandardStreams.output(text + "\n") }
    }

    private func omit(_ path: [String], _ header: String, _ flag: String) -> JSONValue {
        if printsTree {
            line("\(header) \(Style.magenta("omitted")) (use '\(flag)' to show)")
        } else {
            display.report(.warning("\(AttributePath(path).text) omitted (use '\(flag)' to show)"))
        }
        return .object([:])
    }

    // MARK: Sets

    private func list(
        _ value: ValueRoot, _ path: [String], _ header: String, _ indentation: String
    ) throws(EvaluationError) -> JSONValue {
        line(header)
        guard try evaluator.kind(of: value.value) == .attributes else {
            throw evaluator.failure("'\(AttributePath(path).text)' is not an attribute set")
        }
        var names: [String] = []
        for name in try memberNames(of: value.value) where try hasContent(value, path + [name]) { names.append(name) }
        var members: SortedMap<ByteString, JSONValue> = [:]
        for (index, name) in names.enumerated() {
            let isLast = index + 1 == names.count
            let member = ValueRoot(try evaluator.attribute(name, of: value.value) ?? evaluator.null, evaluator)
            let mark = Style.green(indentation + (isLast ? TreeDrawing.last : TreeDrawing.connection))
            members[ByteString(name)] = try visit(
                member, path + [name], header: mark + Style.bold(name),
                indentation: indentation + (isLast ? TreeDrawing.gap : TreeDrawing.line))
        }
        return .object(members)
    }

    private func memberNames(of value: Value) throws(EvaluationError) -> [String] {
        try evaluator.attributeNames(of: value).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether there is anything below a path, as far as sets of systems go.
    private func hasContent(_ parent: ValueRoot, _ path: [String]) throws(EvaluationError) -> Bool {
        let isEntered: Bool =
            switch path.count {
            case 1:
                [
                    "apps", "checks", "devShells", "legacyPackages", "packages", "formatter", "nixosConfigurations",
                    "nixosModules", "overlays",
                ].contains(path[0])
            case 2: ["apps", "checks", "devShells", "legacyPackages", "packages"].contains(path[0])
            default: false
            }
        guard isEntered else { return true }
        do throws(EvaluationError) {
            let value = ValueRoot(
                try evaluator.attribute(path[path.count - 1], of: parent.value) ?? evaluator.null, evaluator)
            for name in try memberNames(of: value.value) where try hasContent(value, path + [name]) { return true }
            return false
        } catch {
            // What cannot be looked at is looked at when it is shown.
            return true
        }
    }

    // MARK: Single outputs

    private func derivation(
        _ value: ValueRoot, _ path: [String], _ header: String
    ) throws(EvaluationError) -> JSONValue {
        let name = try string("name", of: value.value) ?? ""
        if printsTree {
            let kind =
                switch (path[0], path.count) {
                case ("devShell", 2), ("devShells", 2...): "development environment"
                case ("checks", 3), ("hydraJobs", _): "derivation"
                default: "package"
                }
            line("\(header): \(kind) '\(name)'")
            return .object([:])
        }
        let description = try describedBy(value) ?? ""
        return .object([
            "type": .string("derivation"), "name": .string(ByteString(name)),
            "description": .string(ByteString(description)),
        ])
    }

    private func app(_ value: ValueRoot, _ header: String) throws(EvaluationError) -> JSONValue {
        let description = try describedBy(value)
        guard try string("type", of: value.value) == "app" else {
            throw evaluator.failure("not an app definition")
        }
        line("\(header): app: \(Style.bold(description ?? "no description"))")
        var members: SortedMap<ByteString, JSONValue> = ["type": .string("app")]
        if let description { members["description"] = .string(ByteString(description)) }
        return .object(members)
    }

    /// `meta.description`.
    private func describedBy(_ value: ValueRoot) throws(EvaluationError) -> String? {
        guard let meta = try evaluator.attribute("meta", of: value.value) else { return nil }
        return try string("description", of: meta)
    }

    private func string(_ name: String, of value: Value) throws(EvaluationError) -> String? {
        guard let found = try evaluator.attribute(name, of: value) else { return nil }
        return String(decoding: try evaluator.string(found).bytes, as: UTF8.self)
    }
}
