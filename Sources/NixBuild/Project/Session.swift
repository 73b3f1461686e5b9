package import NixEval
package import NixFetch
import NixFormats
import NixStore
import NixSyntax

/// How a command evaluates and builds, as its flags say.
package struct SessionSettings: Sendable {
    /// `--store`.
    package var store: String?
    package var evaluation = EvaluationOptions()
    package var build = BuildOptions()
    package var downloads = DownloaderOptions()
    /// Where relative paths start from; absolute.
    package var folder = Paths.currentDirectory()
    /// `--arg` and `--argstr`: a name, and an expression or a text.
    package var arguments: [(name: String, value: ArgumentValue)] = []
    /// Well-known inputs come from where the lock file says.
    package var usesLockedInputs = false
    /// A placeholder package is an error.
    package var forbidsPlaceholders = false
    /// Store paths are only computed.
    package var writesNothing = false
    /// `--override-input`.
    package var overrides: [String: String] = [:]

    package enum ArgumentValue: Sendable {
        case expression(String)
        case text(String)
    }

    package init() {}
}

/// Why a command of a session failed.
package enum SessionError: Error {
    case evaluation(EvaluationError)
    case project(ProjectError)
    case realisation(RealisationError)
    case host(HostError)
}

/// One command's evaluator with the store behind it, for use on the evaluation thread only.
package final class Session {
    package let settings: SessionSettings
    package let access: StoreAccess
    package let host: StoreHost
    package let evaluator: Evaluator
    /// The command line's arguments, rooted.
    package private(set) var arguments: [(name: String, value: ValueRoot)] = []
    private var bundle: ValueRoot?

    package init(
        _ settings: SessionSettings, cancellation: Cancellation, report: @escaping BuildReporter
    ) throws(ProjectError) {
        self.settings = settings
        do throws(StoreError) {
            access = try StoreAccess(settings.store)
        } catch {
            throw ProjectError(error.message)
        }
        var options = StoreHost.Options()
        options.build = settings.build
        if options.build.systems.isEmpty { options.build.systems = [options.system] }
        options.currentDirectory = settings.folder
        options.forbidsPlaceholders = settings.forbidsPlaceholders
        options.writesNothing = settings.writesNothing
        host = StoreHost(
            access: access, options: options,
            services: BuildServices(environment: .current(), downloaderOptions: settings.downloads),
            cancellation: cancellation, report: report)
        evaluator = Evaluator(host: host, options: settings.evaluation)
    }

    /// Must be called once, on the evaluation thread, before anything else.
    package func enter() throws(EvaluationError) {
        try evaluator.enter()
        evaluator.flakes = { [unowned self] (reference) throws(EvaluationError) in try self.flake(at: reference) }
        for argument in settings.arguments {
            let value =
                switch argument.value {
                case .text(let text): try evaluator.makeString(Array(text.utf8))
                case .expression(let text): try evaluate(expression: text)
                }
            arguments.append((argument.name, ValueRoot(value, evaluator)))
        }
    }

    /// The value of a text from the command line.
    package func evaluate(expression: String) throws(EvaluationError) -> Value {
        try evaluator.evaluate(
            SourceFile(origin: .string, directory: settings.folder, bytes: Array(expression.utf8)))
    }

    /// The value of a file, or of standard input for `-`.
    ///
    /// - Parameter isNamed: whether an error gets a frame that names the file.
    package func evaluate(file: String, isNamed: Bool = true) throws(EvaluationError) -> Value {
        if file == "-" {
            let bytes = (try? SmallFile.read("/dev/stdin")) ?? []
            return try evaluator.evaluate(SourceFile(origin: .standardInput, directory: settings.folder, bytes: bytes))
        }
        return try evaluator.importFile(Array(Paths.absolute(file, from: settings.folder).utf8), isNamed: isNamed)
    }
}
