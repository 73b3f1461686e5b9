import NixBuild
import NixEval
import NixFormats
import NixStore

/// `nix-build`: builds derivations and links their outputs.
struct BuildProgram {
    private struct Options: ExpressionOptions {
        var shared: SharedOptions
        var input = ExpressionInput()
        var link: String? = "result"

        init() throws(UsageError) { shared = try SharedOptions() }
    }

    private static let flags: [LegacyFlag<Options>] = [
        LegacyFlag("--out-link", "-o", values: ["name"], help: "The name of the result link.", isOwn: true) {
            (options, values) throws(UsageError) in
            options.link = values[0]
        },
        LegacyFlag("--no-out-link", "--no-link", help: "Make no result link.") { (options, _) throws(UsageError) in
            options.link = nil
        },
        LegacyFlag("--check", help: "Build again and compare.") { (options, _) throws(UsageError) in
            options.session.rebuilds = true
        },
        LegacyFlag("--add-drv-link", "--indirect", "--run-env", "--pure", help: "Accepted, without effect.") {
            (_, _) throws(UsageError) in
        },
        LegacyFlag("--drv-link", "--exclude", "--keep", values: ["x"], help: "Accepted, without effect.", isOwn: true) {
            (_, _) throws(UsageError) in
        },
    ]

    static func run(_ words: [String], name: String) throws {
        let line = LegacyCommandLine<Options>(program: name, flags: flags)
        let read = try line.options(
            words, summary: "build derivations", usage: "[options] [files, expressions or derivations]")
        guard var options = read else { return }
        if options.input.readsStandardInput {
            options.input.sources = ["-"]
            options.input.takesExpressions = false
        } else if options.input.sources.isEmpty, !options.input.takesExpressions {
            options.input.sources = ["."]
        }
        try BuildProgram(options: options).run()
    }

    private let options: Options

    private func run() throws {
        try CommandSession(flags: options.session, usesLegacyExitCodes: true).run { session, display in
            var derivations: [SelectedDerivation] = []
            for source in options.input.sources { derivations += try select(source, session) }
            if options.input.isDryRun {
                display.report(.planned(try session.plan(derivations)))
                return
            }
            try session.build(derivations)
            let results = try session.results(derivations)
            if let link = options.link {
                // Derivations that several words named share a number, as outputs of one do.
                var numbers: [StorePath: Int] = [:]
                for result in results where numbers[result.derivation] == nil {
                    numbers[result.derivation] = numbers.count
                }
                try ResultLinks(store: session.access.store()).make(results, name: link) { result in
                    let number = numbers[result.derivation] ?? 0
                    return number == 0 ? "" : "-\(number + 1)"
                }
            }
            for result in results {
                for output in result.outputs {
                    StandardStreams.outputLine(session.printed(output.path))
                }
            }
        }
    }

    /// The derivations that one word of the command line stands for, of each the one output that is meant.
    private func select(_ source: String, _ session: Session) throws -> [SelectedDerivation] {
        if !options.input.takesExpressions, let named = try derivation(source, session) { return [named] }
        let request = options.input.request(source, isFile: !options.input.takesExpressions)
        var derivations: [SelectedDerivation] = []
        for root in try session.select(request, for: .building) {
            derivations += try session.derivations(in: root, allowsNone: true)
        }
        return derivations.map { derivation in
            var derivation = derivation
            derivation.outputs = [derivation.outputName]
            return derivation
        }
    }

    /// The derivation of a store path such as `/nix/store/….drv!out`.
    private func derivation(_ text: String, _ session: Session) throws -> SelectedDerivation? {
        let parts = text.split(separator: "!", maxSplits: 1).map(String.init)
        guard let path = parts.first, path.hasSuffix(".drv"),
            let parsed = try? session.host.storeDirectory.parse(ByteString(path))
        else { return nil }
        try session.host.ensureValid(parsed)
        let outputs = try session.host.readDerivation(parsed).outputs.map { $0.key }
        let output = parts.count > 1 ? ByteString(parts[1]) : outputs.contains("out") ? "out" : outputs.first ?? "out"
        guard outputs.contains(output) else {
            throw CommandFailure("derivation '\(path)' does not have output '\(output)'")
        }
        return SelectedDerivation(path: parsed, outputs: [output], outputName: output)
    }
}
