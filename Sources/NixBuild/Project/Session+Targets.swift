import NixEval
package import NixFormats
import NixStore

/// What an installable asks to have in the store.
package enum BuildTarget: Sendable {
    case derivation(SelectedDerivation)
    /// An object that is in the store.
    case object(StorePath)
    /// An object that was named and is not there, so that binary caches have to be asked.
    case missing(StorePath)
}

extension Session {
    /// What the installables of a command line ask to build, in their order.
    ///
    /// A store path, or a path with a `/` that leads to one through links, is that object; with `^` it is a derivation. Everything
    /// else is evaluated.
    package func targets(_ request: InstallableRequest) throws(SessionError) -> [BuildTarget] {
        let isProject = request.expression == nil && request.file == nil
        var targets: [BuildTarget] = []
        for text in request.names.isEmpty ? [isProject ? "." : ""] : request.names {
            let selection = try outputSelection(text)
            if isProject, let path = storePath(namedBy: selection.installable) {
                targets.append(try target(path, selection.outputs))
                continue
            }
            var single = request
            single.names = [selection.installable]
            for value in try select(single, for: .building) {
                for derivation in try derivations(in: value, takesAllNames: isProject) {
                    targets.append(.derivation(try selecting(selection.outputs, of: derivation)))
                }
            }
        }
        return targets
    }

    /// What is at these targets, built or not.
    package func results(_ targets: [BuildTarget]) throws(SessionError) -> [BuildResult] {
        var results: [BuildResult] = []
        for target in targets {
            switch target {
            case .derivation(let derivation): results += try self.results([derivation])
            case .object(let path), .missing(let path): results.append(BuildResult(object: path))
            }
        }
        return results
    }

    /// The store path that a word leads to through links, nil for anything else.
    package func storePath(at word: String) throws(FormatError) -> StorePath? {
        let directory = host.storeDirectory
        var path = Paths.absolute(word, from: settings.folder)
        // As many links as the system itself would follow, and more.
        for _ in 0..<1024 {
            if let logical = access.layout.logicalPath(real: RealPath(path)) { path = logical.description }
            if directory.contains(ByteString(path)) { return try directory.parsePrefix(ByteString(path)).path }
            guard let target = try? LinkTarget.read(RealPath(path)) else { break }
            path = Paths.absolute(String(decoding: target, as: UTF8.self), from: Paths.parent(path))
        }
        return nil
    }

    private func storePath(namedBy installable: String) -> StorePath? {
        guard installable.contains("/"), !installable.contains("#") else { return nil }
        return (try? storePath(at: installable)) ?? nil
    }

    private func outputSelection(_ text: String) throws(SessionError) -> OutputSelection {
        do throws(ProjectError) {
            return try OutputSelection(parsing: text)
        } catch {
            throw .project(error)
        }
    }

    /// A store path as a target: the object itself unless outputs are named.
    private func target(_ path: StorePath, _ outputs: OutputSelection.Outputs) throws(SessionError) -> BuildTarget {
        let isValid: Bool
        do throws(HostError) {
            isValid = try host.isValid(path)
        } catch {
            throw .host(error)
        }
        if !isValid { return .missing(path) }
        if outputs == .usual { return .object(path) }
        guard path.isDerivation else {
            let name = "store path '\(path.baseName)'"
            throw .project(
                ProjectError("error parsing derivation '\(printed(path))': \(name) is not a valid derivation path"))
        }
        return .derivation(
            try selecting(outputs, of: SelectedDerivation(path: path, outputs: ["out"], outputName: "out")))
    }

    private func selecting(
        _ outputs: OutputSelection.Outputs, of derivation: SelectedDerivation
    ) throws(SessionError) -> SelectedDerivation {
        if outputs == .usual { return derivation }
        var derivation = derivation
        let known: [ByteString]
        do throws(HostError) {
            known = try host.readDerivation(derivation.path).outputs.map { $0.key }
        } catch {
            throw .host(error)
        }
        guard case .named(let names) = outputs else {
            derivation.outputs = known
            return derivation
        }
        for name in names where !known.contains(name) {
            throw .project(
                ProjectError("derivation '\(printed(derivation.path))' does not have output '\(name)'"))
        }
        derivation.outputs = names
        return derivation
    }
}
