import Glibc
import NixEval
import NixFormats
import NixStore

extension Session {
    /// The shell of a project, with everything built that it needs.
    ///
    /// - Parameter installable: a folder, a file or a flake reference, with an attribute of `devShells` after `#`.
    package func shell(_ installable: String) throws(SessionError) -> DevShell {
        let (reference, fragment) = FlakeAddress.split(installable)
        switch try location(reference) {
        case .devenv(let folder):
            let evaluation = ValueRoot(try devenv(folder), evaluator)
            return try described(ValueRoot(try attribute("config", of: evaluation), evaluator), folder)
        case .flake(let place): return try flakeShell(place, fragment ?? "default")
        case .file(let file):
            throw .project(ProjectError("'\(file)' is neither a devenv.nix nor a flake, so it has no shell"))
        }
    }

    private func flakeShell(_ place: FlakePlace, _ name: String) throws(SessionError) -> DevShell {
        let folder = place.folder
        let outputs = ValueRoot(try attribute("outputs", of: ValueRoot(try flake(place), evaluator)), evaluator)
        let path = AttributePath(["devShells", host.currentSystem, name])
        guard case .found(let value) = try find(path, in: outputs.value) else {
            if Paths.exists("\(folder)/devenv.nix") {
                let evaluation = ValueRoot(try devenv(folder), evaluator)
                return try described(ValueRoot(try attribute("config", of: evaluation), evaluator), folder)
            }
            throw .project(ProjectError("flake '\(place.name)' does not provide attribute '\(path.text)'"))
        }
        let derivation = ValueRoot(value, evaluator)
        let description = AttributePath(["config", "nixlite", "shell"])
        if case .found = try find(description, in: derivation.value) {
            return try described(ValueRoot(try attribute("config", of: derivation), evaluator), folder)
        }
        return try plain(derivation, folder)
    }

    /// The shell that a devenv configuration describes.
    private func described(_ config: ValueRoot, _ folder: String) throws(SessionError) -> DevShell {
        guard case .found(let value) = try find(AttributePath(["nixlite", "shell"]), in: config.value) else {
            throw .project(ProjectError("the configuration describes no shell"))
        }
        let text: (bytes: [UInt8], context: [ContextElement])
        do throws(EvaluationError) {
            text = try evaluator.printJSON(value)
        } catch {
            throw .evaluation(error)
        }
        try realise(text.context)
        do throws(FormatError) {
            return DevShell(try JSONValue(parsing: ByteString(text.bytes)), folder: folder)
        } catch {
            throw .project(ProjectError("\(error)"))
        }
    }

    /// The shell of a derivation that devenv did not make.
    private func plain(_ value: ValueRoot, _ folder: String) throws(SessionError) -> DevShell {
        guard let selected = try derivations(in: value).first else {
            throw .project(ProjectError("the shell is no derivation"))
        }
        return try shell(of: selected, folder: folder)
    }

    /// The shell of a derivation, with its inputs built.
    package func shell(of selected: SelectedDerivation, folder: String) throws(SessionError) -> DevShell {
        let derivation: Derivation
        do throws(HostError) {
            derivation = try host.readDerivation(selected.path)
        } catch {
            throw .host(error)
        }
        guard derivation.dynamicInputs.isEmpty else {
            throw .project(
                ProjectError(
                    "cannot build what '\(host.storeDirectory.print(selected.path))' needs: outputs of derivations that other outputs hold are not built yet by nixlite"
                ))
        }
        try realise(
            derivation.inputDerivations.flatMap { input in
                input.value.map { .output(derivation: input.key, name: $0) }
            })
        return DevShell(derivation, folder: folder)
    }

    /// Keeps what a shell uses from being collected, by links in its `.devenv` folder.
    package func keep(_ shell: DevShell) throws(SessionError) {
        let paths = shell.models.map(\.view) + shell.packages.compactMap(\.path)
        guard !paths.isEmpty else { return }
        let folder = RealPath("\(shell.dotfile)/nixlite/roots")
        do {
            let store = try access.store()
            var kept: Set<[UInt8]> = []
            for text in paths {
                // A placeholder that the shell does without is not there.
                guard let path = try? host.storeDirectory.parsePrefix(ByteString(text)).path, try store.isValid(path)
                else { continue }
                try store.addRoot(folder.appending(path.baseName.bytes), to: path)
                kept.insert(path.baseName.bytes)
            }
            for name in (try? FolderListing.names(folder)) ?? [] where !kept.contains(name) {
                unlink(folder.appending(name).description)
            }
        } catch {
            throw .project(ProjectError("\(error)"))
        }
    }

    /// Builds what a text refers to, without placeholders, whose place the machine's own programs take.
    private func realise(_ context: [ContextElement]) throws(SessionError) {
        var requests: [SelectedDerivation] = []
        for element in context {
            switch element {
            case .path(let path), .derivationDeep(let path): try write([path])
            case .output(let derivation, let name):
                requests.append(
                    SelectedDerivation(path: derivation, outputs: [name], outputName: "out"))
            case .nested(let output):
                throw .project(
                    ProjectError(
                        "cannot build '\(host.storeDirectory.print(output.derivation))\(output.printedWay)': outputs of derivations that other outputs hold are not built yet by nixlite"
                    ))
            }
        }
        try build(requests, withoutPlaceholders: true)
    }
}
