import NixBuild
import NixStore

/// `nixlite log`: what a build has printed.
struct LogCommand: Command {
    var installable = InstallableArguments()
    var evaluation = EvaluationArguments()
    var global = GlobalArguments()

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try installable.declare(&line)
        try evaluation.declare(&line)
        try global.declare(&line)
    }

    func run() throws {
        try CommandSession(global: global, evaluation: evaluation).run { session, display in
            var request = installable.request()
            if request.names.count > 1 { throw UsageError("unexpected argument '\(request.names[1])'") }
            let isProject = request.expression == nil && request.file == nil
            for name in request.names.isEmpty ? [isProject ? "." : ""] : request.names {
                request.names = [name]
                let shown = isProject ? session.name(ofInstallable: name) : name
                for target in try session.targets(request) { try show(target, shown, session, display) }
            }
        }
    }

    private func show(_ target: BuildTarget, _ name: String, _ session: Session, _ display: ProgressDisplay) throws {
        let path =
            switch target {
            case .derivation(let derivation): derivation.path
            case .object(let path), .missing(let path): path
            }
        guard let log = try session.buildLog(path) else {
            throw CommandFailure("build log of '\(name)' is not available")
        }
        display.report(.note("got build log for '\(name)' from 'local'"))
        StandardStreams.output(log)
    }
}
