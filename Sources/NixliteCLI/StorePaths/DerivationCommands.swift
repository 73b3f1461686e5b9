import NixBuild
import NixEval
import NixFormats
import NixStore

/// `nixlite derivation show`: derivations as JSON.
struct DerivationShowCommand: Command {
    var selection = StorePathArguments()

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) { try selection.declare(&line) }

    func run() throws {
        try selection.session().run { session, display in
            var selection = selection
            selection.derivation = true
            var derivations = SortedMap<StorePath, Derivation>()
            for path in try selection.paths(session, display) where path.isDerivation {
                derivations[path] = try session.host.readDerivation(path)
            }
            StandardStreams.outputLine(try Derivation.json(of: derivations).printed())
        }
    }
}

/// `nixlite derivation add`: writes a derivation that standard input describes.
struct DerivationAddCommand: Command {
    var global = GlobalArguments()

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) { try global.declare(&line) }

    func run() throws {
        try CommandSession(global: global, evaluation: EvaluationArguments()).run { session, _ in
            let text = try SmallFile.read("/dev/stdin")
            if let problem = session.evaluator.problem(ofJSON: text) { throw CommandFailure(problem) }
            do {
                let derivation = try Derivation(json: try JSONValue(parsing: ByteString(text)))
                let file = try derivation.file(in: session.host.storeDirectory)
                try session.host.addDerivation(file)
                try session.write([file.path])
                StandardStreams.outputLine(session.printed(file.path))
            } catch let error as FormatError {
                throw CommandFailure(error.message)
            }
        }
    }
}
