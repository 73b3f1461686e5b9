import NixEval
import NixFetch
import NixFormats
import NixStore

/// What names of flakes stand for.
///
/// Source: "nix registry" in the Nix manual; the file format's version 2.
struct FlakeRegistry {
    private struct Entry {
        let from: FlakeReference
        let to: FlakeReference
        /// Whether only exactly `from` is meant, not what adds a reference or a commit to it.
        let isExact: Bool
    }

    private let entries: [Entry]

    /// Reads a registry's text.
    ///
    /// - Parameter name: what messages call it.
    init(_ text: [UInt8], name: String) throws(ProjectError) {
        let json: JSONValue
        do throws(FormatError) {
            json = try JSONValue(parsing: ByteString(text))
        } catch {
            throw ProjectError("cannot parse flake registry '\(name)': \(error)")
        }
        guard json["version"]?.integer == 2, let flakes = json["flakes"]?.array else {
            throw ProjectError("flake registry '\(name)' has unsupported version")
        }
        entries = flakes.compactMap { flake in
            guard let from = flake["from"].flatMap(Self.reference), let to = flake["to"].flatMap(Self.reference) else {
                return nil
            }
            return Entry(from: from, to: to, isExact: flake["exact"]?.bool == true)
        }
    }

    /// The registry that the command line makes.
    ///
    /// - Parameter folder: where relative paths start from.
    init(overrides: [(original: String, resolved: String)], folder: String) throws(ProjectError) {
        var entries: [Entry] = []
        for (original, resolved) in overrides {
            entries.append(
                Entry(
                    from: try Self.override(original, folder), to: try Self.override(resolved, folder), isExact: false))
        }
        self.entries = entries
    }

    private static func override(_ text: String, _ folder: String) throws(ProjectError) -> FlakeReference {
        if case (_, let fragment?) = FlakeReference.split(text), !fragment.isEmpty {
            throw ProjectError("unexpected fragment '\(fragment)' in flake reference '\(text)'")
        }
        return try FlakeReference(parsing: text, relativeTo: folder)
    }

    private static func reference(_ json: JSONValue) -> FlakeReference? {
        guard case .object(let members) = json else { return nil }
        var attributes: [String: String] = [:]
        for member in members {
            switch member.value {
            case .string(let text): attributes[member.key.description] = text.description
            case .number(let digits): attributes[member.key.description] = digits.description
            case .bool(let flag): attributes[member.key.description] = flag ? "1" : "0"
            case .null, .array, .object: return nil
            }
        }
        guard let kind = attributes.removeValue(forKey: "type").flatMap(FlakeReference.Kind.init(rawValue:)) else {
            return nil
        }
        let directory = attributes.removeValue(forKey: "dir") ?? ""
        return FlakeReference(kind: kind, attributes: attributes, directory: directory)
    }

    /// What a reference stands for, nil where it is not listed.
    func lookUp(_ reference: FlakeReference) throws(ProjectError) -> FlakeReference? {
        for entry in entries where entry.from.kind == reference.kind {
            if entry.isExact {
                if entry.from == reference { return entry.to }
                continue
            }
            var wanted = entry.from.attributes
            var further: [String: String] = [:]
            for name in ["ref", "rev"] where wanted[name] == nil {
                wanted[name] = reference.attributes[name]
                further[name] = reference.attributes[name]
            }
            guard wanted == reference.attributes else { continue }
            return try entry.to.adding(further, directory: reference.directory)
        }
        return nil
    }
}

extension FlakeReference {
    /// The reference with a branch or a commit.
    fileprivate func adding(_ further: [String: String], directory: String) throws(ProjectError) -> FlakeReference {
        var result = self
        if result.directory.isEmpty { result.directory = directory }
        for (name, value) in further.sorted(by: { $0.key < $1.key }) {
            guard [.git, .github, .gitlab, .sourcehut, .mercurial, .indirect].contains(kind) else {
                let what = name == "ref" ? "branch/tag name" : "revision"
                throw ProjectError("don't know how to set \(what) of input '\(text)' to '\(value)'")
            }
            result.attributes[name] = value
        }
        return result
    }

    /// As Nix writes it.
    var text: String {
        var values = attributes.mapValues { InputAttributes.Value.string($0) }
        values["type"] = .string(kind.rawValue)
        let reference = try? InputReference(InputAttributes(values))
        return (try? reference?.text(features: ["flakes"])) ?? attributes["id"].map { "flake:\($0)" } ?? kind.rawValue
    }
}

extension Session {
    /// Steps from name to name after which there must be a circle.
    private static let maximumSteps = 100

    /// What a reference stands for after the registries of the user and of the machine, then Nix's global one.
    ///
    /// - Parameter isLimited: whether only the command line and the global registry are asked, as for inputs of flakes.
    /// - Throws: `ProjectError` for a name that none of them has.
    func resolved(_ reference: FlakeReference, isLimited: Bool = false) throws(ProjectError) -> FlakeReference {
        guard reference.kind == .indirect else { return reference }
        var current = reference
        var local = [try FlakeRegistry(overrides: settings.flakeOverrides, folder: settings.folder)]
        for file in isLimited ? [] : registryFiles() where Paths.exists(file) {
            local.append(try FlakeRegistry(try Self.read(file), name: file))
        }
        var global: FlakeRegistry?
        for _ in 0..<Self.maximumSteps {
            guard current.kind == .indirect else { return current }
            var next: FlakeReference?
            for registry in local where next == nil { next = try registry.lookUp(current) }
            if next == nil {
                if global == nil { global = try globalRegistry() }
                next = try global?.lookUp(current)
            }
            guard let next else {
                throw ProjectError("cannot find flake '\(current.text)' in the flake registries")
            }
            current = next
        }
        throw ProjectError("cycle detected in flake registry for '\(reference.text)'")
    }

    /// The user's registry and the machine's.
    private func registryFiles() -> [String] {
        let environment = host.services.environment
        let user = environment.value("XDG_CONFIG_HOME") ?? environment.value("HOME").map { "\($0)/.config" }
        return [user.map { "\($0)/nix" }, environment.value("NIX_CONF_DIR") ?? "/etc/nix"].compactMap { $0 }
            .map { "\($0)/registry.json" }
    }

    private static func read(_ file: String) throws(ProjectError) -> [UInt8] {
        do throws(FileOperationError) { return try SmallFile.read(file) } catch {
            throw ProjectError(error.description)
        }
    }

    /// The registry that the setting `flake-registry` names; nil where it names none.
    private func globalRegistry() throws(ProjectError) -> FlakeRegistry? {
        let place = settings.flakeRegistry
        if place.isEmpty { return nil }
        if place.hasPrefix("/") { return Paths.exists(place) ? try FlakeRegistry(Self.read(place), name: place) : nil }
        let fetched: HostFetched
        do throws(HostError) {
            fetched = try host.fetch(HostFetch(kind: .url, attributes: ["url": .string(Array(place.utf8))]))
        } catch {
            throw ProjectError(error.message)
        }
        let file = access.layout.realPath(fetched.storePath).description
        return try FlakeRegistry(try Self.read(file), name: place)
    }
}
