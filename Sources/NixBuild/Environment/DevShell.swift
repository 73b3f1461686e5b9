package import NixFormats

/// What a shell is made of: the configuration's `nixlite.shell` (nix/devenv/modules/shell.nix), or a flake's plain shell.
///
/// Text still has logical store paths in it.
package struct DevShell: Sendable {
    /// A package: where it is, or the name of a placeholder.
    package struct Package: Sendable {
        package var name: String
        package var path: [UInt8]?
        package var placeholder: String?
    }

    /// A program of the project's own.
    package struct Script: Sendable {
        package var name: String
        /// The text to run, or the file that has it.
        package var text: [UInt8]?
        package var file: [UInt8]?
        package var interpreter: Package
        package var binary: String
        package var packages: [Package]
    }

    /// A model and where programs look for it.
    package struct Model: Sendable {
        package var view: [UInt8]
        /// `models--org--name`, nil where the hub's cache has no place for it.
        package var hubLink: String?
    }

    /// A Python environment to make.
    package struct VirtualEnvironment: Sendable {
        package var folder: String
        package var requirements: [UInt8]?
    }

    package var name = "shell"
    package var root: String
    package var dotfile: String
    package var variables: [(name: String, value: [UInt8])] = []
    package var unsetVariables: [String] = []
    package var enterShell: [UInt8] = []
    package var packages: [Package] = []
    package var scripts: [Script] = []
    package var models: [Model] = []
    /// Where the hub's links are made; nil for nowhere.
    package var huggingFaceHome: String?
    package var virtualEnvironment: VirtualEnvironment?

    package init(root: String, dotfile: String) {
        self.root = root
        self.dotfile = dotfile
    }

    /// The names of the packages that nobody has built, sorted.
    package var placeholders: [String] {
        let all = packages + scripts.flatMap { $0.packages }
        return Set(all.compactMap(\.placeholder)).sorted()
    }
}

extension DevShell {
    /// Decodes the configuration's own description.
    package init(_ value: JSONValue, folder: String) {
        let root = value["root"]?.string?.description ?? folder
        self.init(root: root, dotfile: value["dotfile"]?.string?.description ?? "\(root)/.devenv")
        name = value["name"]?.string?.description ?? name
        variables = (value["env"]?.object ?? [:]).map { ($0.key.description, $0.value.string?.bytes ?? []) }
        unsetVariables = Self.texts(value["unsetEnv"])
        enterShell = value["enterShell"]?.string?.bytes ?? []
        packages = (value["packages"]?.array ?? []).map(Package.init)
        scripts = (value["scripts"]?.array ?? []).map(Script.init)
        models = (value["models"]?.array ?? []).compactMap(Model.init)
        if value["linkToHuggingFace"]?.bool == true, !models.isEmpty {
            huggingFaceHome = value["huggingFaceHome"]?.string?.description
        }
        if let python = value["python"], python["enable"]?.bool == true, let venv = python["venv"],
            venv["enable"]?.bool == true
        {
            let state = value["state"]?.string?.description ?? "\(dotfile)/state"
            virtualEnvironment = VirtualEnvironment(
                folder: "\(state)/venv", requirements: venv["requirements"]?.string?.bytes)
        }
    }

    private static func texts(_ value: JSONValue?) -> [String] {
        (value?.array ?? []).compactMap { $0.string?.description }
    }
}

extension DevShell.Package {
    init(_ value: JSONValue) {
        name = value["name"]?.string?.description ?? ""
        path = value["path"]?.string?.bytes
        placeholder = value["placeholder"]?.string?.description
    }
}

extension DevShell.Script {
    init(_ value: JSONValue) {
        name = value["name"]?.string?.description ?? ""
        text = value["exec"]?.string?.bytes
        file = value["file"]?.string?.bytes
        interpreter = DevShell.Package(value["interpreter"] ?? .null)
        binary = value["interpreter"]?["binary"]?.string?.description ?? "bash"
        packages = (value["packages"]?.array ?? []).map(DevShell.Package.init)
    }
}

extension DevShell.Model {
    init?(_ value: JSONValue) {
        guard let view = value["view"]?.string?.bytes else { return nil }
        self.view = view
        hubLink = value["hubLink"]?.string?.description
    }
}

extension DevShell {
    /// The shell of a derivation such as `pkgs.mkShell` gives: its variables, and the programs of its inputs.
    package init(_ derivation: Derivation, folder: String) {
        self.init(root: folder, dotfile: "\(folder)/.devenv")
        name = derivation.name.description
        let own: Set<ByteString> = [
            "args", "builder", "name", "out", "outputs", "stdenv", "system", "shellHook", "buildCommand", "phases",
            "preferLocalBuild",
        ]
        for entry in derivation.environment where !own.contains(entry.key) {
            variables.append((entry.key.description, entry.value.bytes))
        }
        enterShell = derivation.environment["shellHook"]?.bytes ?? []
        for variable in ["nativeBuildInputs", "buildInputs", "packages"] as [ByteString] {
            for path in (derivation.environment[variable] ?? "").bytes.split(separator: 0x20) {
                packages.append(Package(name: "", path: Array(path), placeholder: nil))
            }
        }
    }
}
