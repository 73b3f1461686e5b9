import Glibc
import NixFormats
import NixStore

/// Makes the files of a shell, outside the store: scripts, links to models, the Python environment.
package struct ShellFiles {
    private let shell: DevShell
    private let names: StorePathTranslation
    private let environment: [String: String]
    private let report: BuildReporter

    package init(
        _ shell: DevShell, _ names: StorePathTranslation, environment: [String: String],
        report: @escaping BuildReporter
    ) {
        self.shell = shell
        self.names = names
        self.environment = environment
        self.report = report
    }

    /// The folder of the project's own programs.
    package var programs: String { "\(shell.dotfile)/nixlite/bin" }

    /// Makes everything.
    package func make() throws(ProjectError) {
        do {
            try makePrograms()
            try makeModelLinks()
            try makeVirtualEnvironment()
        } catch let error as ProjectError {
            throw error
        } catch {
            throw ProjectError((error as? BuildFailure)?.message ?? "\(error)")
        }
    }

    // MARK: Programs

    private func makePrograms() throws {
        guard !shell.scripts.isEmpty || !names.isIdentity || Paths.exists(programs) else { return }
        try FileModes.makeFolders(RealPath(programs))
        for name in try FolderListing.names(RealPath(programs)) {
            unlink(RealPath(programs).appending(name).description)
        }
        for script in shell.scripts {
            guard !script.name.isEmpty, !script.name.contains("/"), script.name != ".", script.name != ".." else {
                throw ProjectError("'\(script.name)' cannot be the name of a script")
            }
            try SmallFile.write("\(programs)/\(script.name)", text(of: script), mode: 0o755)
        }
        if !names.isIdentity {
            for package in shell.packages { try copyScripts(of: package) }
        }
    }

    private func text(of script: DevShell.Script) -> [UInt8] {
        var program = Array("/usr/bin/env \(script.binary)".utf8)
        if let path = script.interpreter.path { program = names.toReal(path) + Array("/bin/\(script.binary)".utf8) }
        let isShell = ["bash", "sh", "zsh", "dash"].contains(script.binary)
        var lines = Array("#!".utf8) + program + [0x0a]
        let folders = script.packages.compactMap(\.path).map { names.toReal($0) + Array("/bin".utf8) }
        if isShell, !folders.isEmpty {
            let path = Array(folders.joined(separator: Array(":".utf8)))
            lines += Array("export PATH=".utf8) + ShellQuoting.quote(path) + Array(":\"$PATH\"\n".utf8)
        }
        if let text = script.text {
            lines += names.toReal(text)
        } else if let file = script.file {
            lines = Array("#!/bin/sh\nexec ".utf8) + program + [0x20]
            lines += ShellQuoting.quote(names.toReal(file)) + Array(" \"$@\"".utf8)
        }
        if lines.last != 0x0a { lines.append(0x0a) }
        return lines
    }

    /// Scripts of packages name other packages by logical paths, which are not there: copies name the real ones.
    private func copyScripts(of package: DevShell.Package) throws {
        guard let path = package.path else { return }
        let folder = RealPath(names.toReal(path)).appending("bin")
        guard Paths.isDirectory(folder.description) else { return }
        for name in try FolderListing.names(folder) {
            let target = "\(programs)/\(String(decoding: name, as: UTF8.self))"
            guard !Paths.existsWithoutFollowing(target),
                let bytes = try? SmallFile.read(folder.appending(name).description), bytes.starts(with: "#!".utf8)
            else { continue }
            let changed = names.toReal(bytes)
            if changed != bytes { try SmallFile.write(target, changed, mode: 0o755) }
        }
    }

    // MARK: Models

    private func makeModelLinks() throws {
        guard let home = shell.huggingFaceHome else { return }
        let folders = [home, "\(home)/hub"]
        for folder in folders {
            try FileModes.makeFolders(RealPath(folder))
            try removeStaleLinks(folder)
        }
        for model in shell.models {
            guard let link = model.hubLink else { continue }
            for folder in folders {
                let place = "\(folder)/\(link)"
                if Paths.existsWithoutFollowing(place), (try? LinkTarget.read(RealPath(place))) == nil {
                    report(.warning("'\(place)' exists and is not a symlink, so it is left alone"))
                    continue
                }
                try LinkTarget.replace(RealPath(place), with: names.toReal(model.view))
            }
        }
    }

    /// Links of models that the project no longer has point to nowhere useful.
    private func removeStaleLinks(_ folder: String) throws {
        let wanted = Set(shell.models.compactMap { $0.hubLink.map { Array($0.utf8) } })
        for name in try FolderListing.names(RealPath(folder))
        where name.starts(with: "models--".utf8) && !wanted.contains(name) {
            let place = RealPath(folder).appending(name)
            if (try? LinkTarget.read(place)) != nil { unlink(place.description) }
        }
    }

    // MARK: Python

    private func makeVirtualEnvironment() throws {
        guard let venv = shell.virtualEnvironment else { return }
        let path = environment["PATH"] ?? "/usr/bin:/bin"
        guard let python = ProgramSearch.find("python3", path: path) else {
            throw ProjectError("languages.python is enabled, but there is no python3 on PATH")
        }
        if !Paths.exists("\(venv.folder)/bin/python3") {
            report(.note("making a Python environment in '\(venv.folder)'"))
            try FileModes.makeFolders(RealPath(Paths.parent(venv.folder)))
            try run(python, ["python3", "-m", "venv", venv.folder])
        }
        guard let requirements = venv.requirements, !requirements.isEmpty else { return }
        let file = "\(venv.folder)/nixlite-requirements.txt"
        let stamp = "\(venv.folder)/nixlite-requirements.installed"
        guard (try? SmallFile.read(stamp)) != requirements else { return }
        try SmallFile.write(file, requirements)
        try run("\(venv.folder)/bin/python3", ["python3", "-m", "pip", "install", "-q", "-r", file])
        try SmallFile.write(stamp, requirements)
    }

    private func run(_ program: String, _ arguments: [String]) throws {
        do throws(ProgramRun.Failure) {
            _ = try ProgramRun.output(
                program, arguments: arguments, environment: environment, directory: shell.root)
        } catch {
            throw ProjectError("\(arguments.joined(separator: " ")): \(error.message)")
        }
    }
}
