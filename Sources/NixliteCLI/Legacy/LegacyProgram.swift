import NixBuild

/// The programs of Nix that this one answers as, by their names.
enum LegacyProgram: String, CaseIterable {
    case instantiate = "nix-instantiate"
    case build = "nix-build"
    case hash = "nix-hash"
    case store = "nix-store"
    case prefetchURL = "nix-prefetch-url"

    /// Runs the program.
    ///
    /// - Parameters:
    ///   - words: its arguments.
    ///   - name: what messages call it.
    func run(_ words: [String], name: String) throws {
        switch self {
        case .instantiate: try InstantiateProgram.run(words, name: name)
        case .build: try BuildProgram.run(words, name: name)
        case .hash: try HashProgram.run(words, name: name)
        case .store: try StoreProgram.run(words, name: name)
        case .prefetchURL: try PrefetchURLProgram.run(words, name: name)
        }
    }
}

extension LegacyCommandLine {
    /// The options that the words set; nil where they ask for help or the version, which is printed.
    func options(_ words: [String], summary: String, usage: String) throws(UsageError) -> Options? {
        var options = try Options()
        try parse(words, into: &options)
        if options.shared.showsHelp {
            StandardStreams.output(help(summary, usage: usage))
            return nil
        }
        if options.shared.showsVersion {
            StandardStreams.output("\(program) (nixlite) \(NixliteCommand.version)\n")
            return nil
        }
        return options
    }
}

/// The warning about results that nothing keeps, which a program gives once.
final class RootWarning {
    private var isGiven = false

    func give(_ options: some LegacyOptions, _ display: ProgressDisplay) {
        guard options.shared.warnsAboutRoots, !isGiven else { return }
        isGiven = true
        display.report(
            .warning(
                "you did not specify '--add-root'; the result might be removed by the garbage collector"))
    }
}
