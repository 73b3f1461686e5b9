package import NixEval
package import NixFetch
import NixFormats
import NixStore
package import NixSyntax

/// How a command evaluates and builds, as its flags say.
package struct SessionSettings: Sendable {
    /// `--store`.
    package var store: String?
    package var evaluation = EvaluationOptions()
    package var build = BuildOptions()
    package var downloads = DownloaderOptions()
    package var signatures = SignatureOptions()
    /// Where relative paths start from; absolute.
    package var folder = Paths.currentDirectory()
    /// `--arg` and its kin: a name, and an expression or a text.
    package var arguments: [(name: String, value: ArgumentValue)] = []
    /// Well-known inputs come from where the lock file says.
    package var usesLockedInputs = false
    /// A placeholder package is an error.
    package var forbidsPlaceholders = false
    /// Store paths are only computed.
    package var writesNothing = false
    package var dirtyTrees = DirtyTrees()
    /// Seconds for which what was found at an address is taken for what is there.
    package var fetchLifetime: Int64 = 3600
    /// Where the global registry of flakes is: a file, or a URL.
    package var flakeRegistry = "https://channels.nixos.org/flake-registry.json"
    /// `--override-flake`: what names of flakes stand for before any registry is asked.
    package var flakeOverrides: [(original: String, resolved: String)] = []
    /// `--override-input`.
    package var overrides: [String: String] = [:]

    package enum ArgumentValue: Sendable {
        case expression(String)
        case text(String)
        /// The text of a file.
        case file(String)
        case standardInput
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
    /// Stops builds and fetches.
    package let cancellation: Cancellation
    /// The command line's arguments, rooted.
    package private(set) var arguments: [(name: String, value: ValueRoot)] = []
    private var bundle: ValueRoot?
    /// The flakes that were fetched.
    var flakeTrees: [FlakePlace: FlakeTree] = [:]

    package init(
        _ settings: SessionSettings, cancellation: Cancellation, report: @escaping BuildReporter
    ) throws(ProjectError) {
        self.settings = settings
        self.cancellation = cancellation
        do throws(StoreError) {
            access = try StoreAccess(settings.store)
        } catch {
            throw ProjectError(error.message, isMisuse: error.kind == .misuse)
        }
        var options = StoreHost.Options()
        options.build = settings.build
        if options.build.systems.isEmpty { options.build.systems = [options.system] }
        options.signatures = settings.signatures
        options.currentDirectory = settings.folder
        options.forbidsPlaceholders = settings.forbidsPlaceholders
        options.writesNothing = settings.writesNothing
        options.dirtyTrees = settings.dirtyTrees
        options.fetchLifetime = settings.fetchLifetime
        host = StoreHost(
            access: access, options: options,
            services: BuildServices(environment: .current(), downloaderOptions: settings.downloads),
            cancellation: cancellation, report: report)
        evaluator = Evaluator(host: host, options: settings.evaluation)
        if settings.evaluation.isPure || settings.evaluation.isRestricted {
            host.policy = AccessPolicy(isPure: settings.evaluation.isPure, storeDirectory: host.storeDirectory)
            for entry in settings.evaluation.searchPath where !Evaluator.isAddress(entry.path) {
                allow(Paths.absolute(entry.path, from: settings.folder))
            }
        }
    }

    /// Lets a pure or restricted evaluation read what lies in a folder.
    func allow(_ path: String) {
        guard host.policy != nil else { return }
        host.policy?.allow(path)
        // A link leads where the file really is.
        if let real = try? host.resolveSymbolicLinks(Array(path.utf8)) {
            host.policy?.allow(String(decoding: real, as: UTF8.self))
        }
    }

    /// Must be called once, on the evaluation thread, before anything else.
    package func enter() throws(SessionError) {
        do throws(EvaluationError) {
            try evaluator.enter()
        } catch {
            throw .evaluation(error)
        }
        evaluator.flakes = { [unowned self] (reference) throws(EvaluationError) in try self.flake(at: reference) }
        for argument in settings.arguments {
            let value = ValueRoot(try self.value(of: argument.value), evaluator)
            arguments.removeAll { $0.name == argument.name }
            arguments.append((argument.name, value))
        }
    }

    private func value(of argument: SessionSettings.ArgumentValue) throws(SessionError) -> Value {
        do {
            switch argument {
            case .text(let text): return try evaluator.makeString(Array(text.utf8))
            case .file(let path):
                return try evaluator.makeString(try SmallFile.read(Paths.absolute(path, from: settings.folder)))
            case .standardInput: return try evaluator.makeString(try SmallFile.read("/dev/stdin"))
            case .expression(let text): return try evaluator.delayed(source(expression: text))
            }
        } catch let error as EvaluationError {
            throw .evaluation(error)
        } catch {
            throw .project(ProjectError("\(error)"))
        }
    }

    /// A text from the command line.
    package func source(expression: String) -> SourceFile {
        SourceFile(origin: .string, directory: settings.folder, bytes: Array(expression.utf8))
    }

    /// The value of a text from the command line.
    package func evaluate(expression: String) throws(EvaluationError) -> Value {
        try evaluator.evaluate(source(expression: expression))
    }

    /// The value of a file as the command line names it.
    ///
    /// - Parameter isNamed: whether an error gets a frame that names the file.
    package func evaluate(file: String, isNamed: Bool = true) throws(SessionError) -> Value {
        do throws(EvaluationError) {
            if file == "-" { return try evaluator.evaluate(standardInput()) }
            return try evaluator.importFile(try path(ofFile: file), isNamed: isNamed)
        } catch {
            throw .evaluation(error)
        }
    }

    /// The text of a file as the command line names it, the `default.nix` of a folder.
    package func source(file: String) throws(SessionError) -> SourceFile {
        do {
            if file == "-" { return standardInput() }
            var path = host.realPath(try path(ofFile: file))
            if Paths.isDirectory(path) { path += "/default.nix" }
            guard Paths.exists(path) else { throw ProjectError("path '\(path)' does not exist") }
            return SourceFile(origin: .file(path), directory: Paths.parent(path), bytes: try SmallFile.read(path))
        } catch let error as EvaluationError {
            throw .evaluation(error)
        } catch {
            throw .project(ProjectError("\(error)"))
        }
    }

    private func standardInput() -> SourceFile {
        let bytes = (try? SmallFile.read("/dev/stdin")) ?? []
        return SourceFile(origin: .standardInput, directory: settings.folder, bytes: bytes)
    }

    /// The absolute path that a path, `<nixpkgs>` or the address of a tarball stands for.
    private func path(ofFile name: String) throws(EvaluationError) -> [UInt8] {
        if name.hasPrefix("<"), name.hasSuffix(">"), name.utf8.count > 2 {
            return try evaluator.findFile(String(name.dropFirst().dropLast()))
        }
        if Evaluator.isAddress(name) { return try evaluator.fetchedTarball(name) }
        return Array(Paths.absolute(name, from: settings.folder).utf8)
    }
}
