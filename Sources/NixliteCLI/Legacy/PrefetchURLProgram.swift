import NixBuild
import NixEval
import NixFormats

/// `nix-prefetch-url`: fetches a file into the store and prints its hash.
struct PrefetchURLProgram {
    private struct Options: LegacyOptions {
        var shared: SharedOptions
        var words: [String] = []
        var algorithm = HashAlgorithm.sha256
        var name: String?
        var attributePath: String?
        var unpacks = false
        var isExecutable = false
        var printsPath = EnvironmentVariable.value("PRINT_PATH") == "1"

        init() throws(UsageError) { shared = try SharedOptions() }
    }

    private static let flags: [LegacyFlag<Options>] = [
        LegacyFlag("--type", values: ["algorithm"], help: "blake3, md5, sha1, sha256 or sha512.", isOwn: true) {
            (options, values) throws(UsageError) in
            options.algorithm = try HashArguments.algorithm(named: values[0], options.session.settings)
        },
        LegacyFlag("--print-path", help: "Print the store path too.") { (options, _) throws(UsageError) in
            options.printsPath = true
        },
        LegacyFlag("--attr", "-A", values: ["path"], help: "Take the address from this attribute.", isOwn: true) {
            (options, values) throws(UsageError) in
            options.attributePath = values[0]
        },
        LegacyFlag("--unpack", help: "Unpack the archive.") { (options, _) throws(UsageError) in
            options.unpacks = true
        },
        LegacyFlag("--executable", help: "Make the file executable.") { (options, _) throws(UsageError) in
            options.isExecutable = true
        },
        LegacyFlag("--name", values: ["name"], help: "The name of the store object.", isOwn: true) {
            (options, values) throws(UsageError) in
            options.name = values[0]
        },
    ]

    static func run(_ words: [String], name: String) throws {
        let line = LegacyCommandLine<Options>(program: name, flags: flags) { (options, word) throws(UsageError) in
            options.words.append(word)
        }
        let read = try line.options(
            words, summary: "fetch a file into the store and print its hash", usage: "[options] <url> [hash]")
        guard let options = read else { return }
        if options.words.count > 2 { throw UsageError("too many arguments") }
        if options.attributePath == nil, options.words.isEmpty { throw UsageError("you must specify a URL") }
        let expected = try options.words.dropFirst().first.map {
            try NixHash(
                parsing: ByteString($0), expected: options.algorithm,
                features: options.session.settings.experimentalFeatures)
        }
        try CommandSession(flags: options.session, usesLegacyExitCodes: true).run { session, display in
            var request = try request(options, session, display)
            request.algorithm = options.algorithm
            request.expected = expected
            request.isExecutable = options.isExecutable
            request.name = options.name ?? request.name
            let (path, hash) = try session.host.prefetch(request)
            let printed = session.printed(path)
            if !options.printsPath { display.report(.note("path is '\(printed)'")) }
            let text = hash.printed(hash.algorithm == .md5 ? .base16 : .nix32, withAlgorithm: false)
            StandardStreams.outputLine(text)
            if options.printsPath { StandardStreams.outputLine(printed) }
        }
    }

    /// What to fetch: an address, or what an attribute such as the `src` of a package says.
    private static func request(
        _ options: Options, _ session: Session, _ display: ProgressDisplay
    ) throws -> PrefetchRequest {
        guard let path = options.attributePath else {
            var request = PrefetchRequest(url: options.words[0])
            request.unpacks = options.unpacks
            return request
        }
        var selection = InstallableRequest()
        selection.file = options.words.first ?? "."
        selection.names = [path]
        selection.isInstantiation = true
        let evaluator = session.evaluator
        guard let source = try session.select(selection, for: .evaluation).first else {
            throw CommandFailure("attribute 'urls' missing")
        }
        guard let urls = try evaluator.attribute("urls", of: source.value) else {
            throw CommandFailure("attribute 'urls' missing")
        }
        guard try evaluator.count(of: urls) > 0 else { throw CommandFailure("'urls' list is empty") }
        let url = try evaluator.string(try evaluator.element(0, of: urls)).bytes
        var request = PrefetchRequest(url: String(decoding: url, as: UTF8.self))
        request.unpacks = options.unpacks
        if let mode = try evaluator.attribute("outputHashMode", of: source.value) {
            request.unpacks = try evaluator.string(mode).bytes == Array("recursive".utf8)
        } else {
            display.report(.note("warning: this does not look like a fetchurl call"))
        }
        if let name = try evaluator.attribute("name", of: source.value) {
            request.name = String(decoding: try evaluator.string(name).bytes, as: UTF8.self)
        }
        return request
    }
}
