import NixStore

/// What a file or folder named on the command line is.
package enum ProjectLocation: Equatable, Sendable {
    /// A devenv project in that folder.
    case devenv(folder: String)
    case flake(FlakePlace)
    /// A file of plain Nix.
    case file(String)

    /// Decides by name and place.
    ///
    /// `devenv.nix` and `devenv.local.nix` are modules, `flake.nix` is a flake, any other file is plain Nix. A folder is what it
    /// or the nearest folder above it holds, a flake before a devenv.nix in the same folder.
    ///
    /// - Parameter path: absolute.
    package init(_ path: String) throws(ProjectError) {
        guard Paths.exists(path) else { throw ProjectError("path '\(path)' does not exist") }
        guard Paths.isDirectory(path) else {
            switch Paths.baseName(path) {
            case "devenv.nix", "devenv.local.nix": self = .devenv(folder: Paths.parent(path))
            case "flake.nix": self = .flake(FlakePlace(folder: Paths.parent(path)))
            default: self = .file(path)
            }
            return
        }
        var folder = path
        while true {
            if Paths.exists("\(folder)/flake.nix") {
                self = .flake(FlakePlace(folder: folder))
                return
            }
            if Paths.exists("\(folder)/devenv.nix") {
                self = .devenv(folder: folder)
                return
            }
            guard folder != "/" else { break }
            folder = Paths.parent(folder)
        }
        throw ProjectError("could not find a flake.nix or devenv.nix file in '\(path)' or above it")
    }
}

/// A devenv project: its files, read but not evaluated.
package struct DevenvProject: Sendable {
    package let folder: String
    package let file: DevenvFile
    /// `devenv.lock`, if there is one.
    package let lock: [UInt8]?
    /// The module files, absolute: `devenv.nix`, `devenv.local.nix` where it is there.
    package let modules: [String]

    /// Reads the project's YAML files, those of local imports among them.
    package init(folder: String) throws(ProjectError) {
        self.folder = folder
        var file = try Self.file(in: folder)
        var pending = file.imports.filter { $0.hasPrefix(".") || $0.hasPrefix("/") }
        var seen: Set<String> = [folder]
        while let next = pending.popLast() {
            let other = Paths.absolute(next, from: folder)
            guard seen.insert(other).inserted else { continue }
            let imported = try Self.file(in: other)
            pending += imported.imports.map { $0.hasPrefix(".") ? Paths.absolute($0, from: other) : $0 }
                .filter { $0.hasPrefix("/") }
            var relative = imported
            relative.imports = imported.imports.map { $0.hasPrefix(".") ? Paths.absolute($0, from: other) : $0 }
            // What the project says itself wins over what it imports.
            file = relative.merged(with: file)
        }
        self.file = file
        lock = Paths.exists("\(folder)/devenv.lock") ? try Self.read("\(folder)/devenv.lock") : nil
        modules = ["devenv.nix", "devenv.local.nix"].map { "\(folder)/\($0)" }.filter(Paths.exists)
    }

    /// `devenv.yaml` with `devenv.local.yaml` laid over it.
    private static func file(in folder: String) throws(ProjectError) -> DevenvFile {
        var file = DevenvFile()
        for name in ["devenv.yaml", "devenv.yml", "devenv.local.yaml"] {
            let path = "\(folder)/\(name)"
            guard Paths.exists(path) else { continue }
            let text = String(decoding: try read(path), as: UTF8.self)
            file = file.merged(with: try DevenvFile(parsing: text, name: path))
        }
        return file
    }

    private static func read(_ path: String) throws(ProjectError) -> [UInt8] {
        do throws(FileOperationError) {
            return try SmallFile.read(path)
        } catch {
            throw ProjectError(error.description)
        }
    }
}
