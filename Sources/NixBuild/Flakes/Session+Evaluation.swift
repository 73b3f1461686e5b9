package import NixEval
package import NixFormats

extension Session {
    /// A flake with its locks, as `builtins.getFlake` would answer it.
    package func evaluate(_ locked: LockedFlake) throws(SessionError) -> ValueRoot {
        do {
            let text = try locked.locks.printed().bytes
            return ValueRoot(try flake(at: locked.flake.resolved, lock: text), evaluator)
        } catch let error as EvaluationError {
            throw .evaluation(error)
        } catch {
            throw .project(ProjectError("\(error)"))
        }
    }

    /// These derivations with all their outputs, to be built.
    package func withAllOutputs(_ paths: [StorePath]) throws(SessionError) -> [SelectedDerivation] {
        var request = InstallableRequest()
        request.names = paths.map { "\(printed($0))^*" }
        var derivations: [SelectedDerivation] = []
        for target in try targets(request) {
            if case .derivation(let derivation) = target { derivations.append(derivation) }
        }
        return derivations
    }
}
