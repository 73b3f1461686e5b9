import NixEval
import NixFetch
import NixFormats
import NixStore

/// What names of flakes stand for.
///
/// Source: "nix registry" in the Nix manual; the file format's version 2.
struct FlakeRegistry {
    private struct Entry {
        let from: InputReference
        let to: InputReference
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

    private static func override(_ text: String, _ folder: String) throws(ProjectError) -> InputReference {
        try FlakeAddress(base: folder).reference(text, allowsMissing: true)
    }

    private static func reference(_ json: JSONValue) -> InputReference? {
        guard case .object(let members) = json else { return nil }
        var attributes = InputAttributes()
        for member in members {
            let name = member.key.description
            switch member.value {
            case .string(let text): attributes[name] = .string(text.description)
            case .number: attributes[name] = member.value.integer.flatMap { UInt64(exactly: $0) }.map { .integer($0) }
            case .bool(let flag): attributes[name] = .bool(flag)
            case .null, .array, .object: return nil
            }
        }
        return attributes["type"] == nil ? nil : try? InputReference(attributes)
    }

    /// What a reference stands for, nil where it is not listed.
    func lookUp(_ reference: InputReference) throws(ProjectError) -> InputReference? {
        for entry in entries {
            if entry.isExact {
                if entry.from.isSame(as: reference) { return entry.to }
                continue
            }
            var wanted = entry.from.attributes
            var further = InputAttributes()
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

extension InputReference {
    /// The reference with a branch or a commit.
    fileprivate func adding(_ further: InputAttributes, directory: String) throws(ProjectError) -> InputReference {
        var result = self
        if result.directory.isEmpty { result.directory = directory }
        for (name, value) in further.sorted {
            guard let scheme, ![.path, .tarball, .file].contains(scheme) else {
                let what = name == "ref" ? "branch/tag name" : "revision"
                throw ProjectError("don't know how to set \(what) of input '\(url)' to '\(further.text(name) ?? "")'")
            }
            result.attributes[name] = value
        }
        return result
    }
}

extension Session {
    /// Steps from name to name after which there must be a circle.
    private static let maximumSteps = 100

    /// What a reference stands for after the registries of the user and of the machine, then Nix's global one.
    ///
    /// - Parameter isLimited: whether only the command line and the global registry are asked, as for inputs of flakes.
    /// - Throws: `ProjectError` for a name that none of them has.
    func resolved(_ reference: InputReference, isLimited: Bool = false) throws(ProjectError) -> InputReference {
        guard reference.scheme == .indirect else { return reference }
        var current = reference
        var local = [try FlakeRegistry(overrides: settings.flakeOverrides, folder: settings.folder)]
        for file in isLimited ? [] : registryFiles() where Paths.exists(file) {
            local.append(try FlakeRegistry(try Self.read(file), name: file))
        }
        var global: FlakeRegistry?
        for _ in 0..<Self.maximumSteps {
            guard current.scheme == .indirect else { return current }
            var next: InputReference?
            for registry in local where next == nil { next = try registry.lookUp(current) }
            if next == nil {
                if global == nil { global = try globalRegistry() }
                next = try global?.lookUp(current)
            }
            guard let next else {
                throw ProjectError("cannot find flake '\(current.url)' in the flake registries")
            }
            current = next
        }
        throw ProjectError("cycle detected in flake registry for '\(reference.url)'")
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
