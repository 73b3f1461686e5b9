import Yams

/// What `devenv.yaml` says: inputs, imports and nixpkgs settings.
///
/// See devenv's reference of `devenv.yaml`. Members that are unknown are kept out without a word, as devenv's own
/// versions differ in them.
package struct DevenvFile: Equatable, Sendable {
    /// One input, in the words of a flake's `inputs`.
    package struct Input: Equatable, Sendable {
        package var url: String?
        package var isFlake = true
        package var follows: String?
        package var overlays: [String] = []
        /// What the input's own inputs follow, or are.
        package var inputs: [String: Input] = [:]

        package init(url: String? = nil) {
            self.url = url
        }
    }

    package var inputs: [String: Input] = [:]
    package var imports: [String] = []
    package var isImpure = false
    package var allowUnfree = false
    package var allowBroken = false
    package var permittedInsecurePackages: [String] = []
    /// `nixlite.inputs`: whether the well-known inputs are the locked ones instead of the bundled.
    package var usesLockedInputs = false

    package init() {}

    /// Parses the file.
    ///
    /// - Parameter name: the path for messages.
    /// - Throws: `ProjectError` with the parser's own words, or naming the member that has the wrong type.
    package init(parsing text: String, name: String) throws(ProjectError) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw ProjectError("cannot parse '\(name)': \(error)")
        }
        guard let root, root.null == nil else { return }
        guard let members = root.mapping else { throw ProjectError("'\(name)' must hold a mapping") }
        let reader = DevenvFileReader(file: name)
        for (key, value) in members {
            switch key.string ?? "" {
            case "inputs": inputs = try reader.inputs(value, "inputs")
            case "imports": imports = try reader.strings(value, "imports")
            case "impure": isImpure = try reader.bool(value, "impure")
            case "allowUnfree", "allow_unfree": allowUnfree = try reader.bool(value, "allowUnfree")
            case "allowBroken", "allow_broken": allowBroken = try reader.bool(value, "allowBroken")
            case "permittedInsecurePackages", "permitted_insecure_packages":
                permittedInsecurePackages = try reader.strings(value, "permittedInsecurePackages")
            case "nixpkgs": try readNixpkgs(value, reader)
            case "nixlite":
                for (member, choice) in try reader.mapping(value, "nixlite") where member == "inputs" {
                    usesLockedInputs = try reader.string(choice, "nixlite.inputs") == "locked"
                }
            default: break
            }
        }
    }

    private mutating func readNixpkgs(_ node: Node, _ reader: DevenvFileReader) throws(ProjectError) {
        for (member, value) in try reader.mapping(node, "nixpkgs") {
            switch member {
            case "allow_unfree", "allowUnfree": allowUnfree = try reader.bool(value, "nixpkgs.allow_unfree")
            case "allow_broken", "allowBroken": allowBroken = try reader.bool(value, "nixpkgs.allow_broken")
            case "permitted_insecure_packages", "permittedInsecurePackages":
                permittedInsecurePackages = try reader.strings(value, "nixpkgs.permitted_insecure_packages")
            default: break
            }
        }
    }

    /// This file with the members of `other` (a `devenv.local.yaml`, or an imported file) laid over it.
    package func merged(with other: DevenvFile) -> DevenvFile {
        var merged = self
        merged.inputs.merge(other.inputs) { _, new in new }
        merged.imports += other.imports.filter { !imports.contains($0) }
        merged.isImpure = isImpure || other.isImpure
        merged.allowUnfree = allowUnfree || other.allowUnfree
        merged.allowBroken = allowBroken || other.allowBroken
        merged.permittedInsecurePackages += other.permittedInsecurePackages
        merged.usesLockedInputs = usesLockedInputs || other.usesLockedInputs
        return merged
    }
}

/// Takes typed values out of the file's nodes, naming the member where the type is another.
private struct DevenvFileReader {
    let file: String

    func mapping(_ node: Node, _ path: String) throws(ProjectError) -> [(String, Node)] {
        if node.null != nil { return [] }
        guard let mapping = node.mapping else { throw wrong(path, "a mapping") }
        return mapping.map { ($0.key.string ?? "", $0.value) }
    }

    func string(_ node: Node, _ path: String) throws(ProjectError) -> String {
        guard let text = node.scalar?.string else { throw wrong(path, "a string") }
        return text
    }

    func bool(_ node: Node, _ path: String) throws(ProjectError) -> Bool {
        guard let value = node.bool else { throw wrong(path, "true or false") }
        return value
    }

    func strings(_ node: Node, _ path: String) throws(ProjectError) -> [String] {
        if node.null != nil { return [] }
        guard let sequence = node.sequence else { throw wrong(path, "a list of strings") }
        var texts: [String] = []
        for element in sequence { texts.append(try string(element, path)) }
        return texts
    }

    func inputs(_ node: Node, _ path: String, depth: Int = 0) throws(ProjectError) -> [String: DevenvFile.Input] {
        guard depth < 16 else { throw ProjectError("'\(file)': '\(path)' is nested too deeply") }
        var inputs: [String: DevenvFile.Input] = [:]
        for (name, value) in try mapping(node, path) {
            var input = DevenvFile.Input()
            for (member, value) in try mapping(value, "\(path).\(name)") {
                let place = "\(path).\(name).\(member)"
                switch member {
                case "url": input.url = try string(value, place)
                case "flake": input.isFlake = try bool(value, place)
                case "follows": input.follows = try string(value, place)
                case "overlays": input.overlays = try strings(value, place)
                case "inputs": input.inputs = try self.inputs(value, place, depth: depth + 1)
                default: break
                }
            }
            inputs[name] = input
        }
        return inputs
    }

    private func wrong(_ path: String, _ expected: String) -> ProjectError {
        ProjectError("'\(file)': '\(path)' must be \(expected)")
    }
}
