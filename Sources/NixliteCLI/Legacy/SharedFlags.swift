import NixBuild

/// The flags that every older program takes.
///
/// Source: "Common Options" in the Nix manual, and what the programs answer.
enum SharedFlags<Options: LegacyOptions> {
    typealias Flag = LegacyFlag<Options>

    static func all(evaluates: Bool) -> [Flag] { common + (evaluates ? evaluation : []) + building }

    private static var common: [Flag] {
        [
            Flag("--help", help: "Show this help.") { (options, _) throws(UsageError) in options.shared.showsHelp = true
            },
            Flag("--version", help: "Show the version.") { (options, _) throws(UsageError) in
                options.shared.showsVersion = true
            },
            Flag("--verbose", "-v", help: "Say more; may be repeated.") { (options, _) throws(UsageError) in
                options.session.verbose += 1
            },
            Flag("--quiet", help: "Say less; may be repeated.") { (options, _) throws(UsageError) in
                options.session.quiet += 1
            },
            Flag("--debug", help: "Say everything.") { (options, _) throws(UsageError) in options.session.verbose = 4 },
            Flag("--option", values: ["name", "value"], help: "Set one of Nix's settings.") {
                (options, values) throws(UsageError) in
                options.session.setOption(values[0], values[1])
            },
            Flag("--log-format", values: ["format"], help: "raw, internal-json, bar or bar-with-logs.") {
                (options, values) throws(UsageError) in
                guard let format = LogFormat(rawValue: values[0]) else {
                    throw UsageError("option 'log-format' has an invalid value '\(values[0])'", suggestsHelp: false)
                }
                options.session.logFormat = format
            },
            Flag("--store", values: ["store"], help: "The store to use.") { (options, values) throws(UsageError) in
                options.session.store = values[0]
            },
            Flag("--offline", help: "Do not use the network.") { (options, _) throws(UsageError) in
                options.session.isOffline = true
            },
        ]
    }

    private static var evaluation: [Flag] {
        [
            Flag("--arg", values: ["name", "expression"], help: "Pass an expression as an argument of a function.") {
                (options, values) throws(UsageError) in
                options.session.arguments.append((values[0], .expression(values[1])))
            },
            Flag("--argstr", values: ["name", "string"], help: "Pass a string as an argument of a function.") {
                (options, values) throws(UsageError) in
                options.session.arguments.append((values[0], .text(values[1])))
            },
            Flag("--arg-from-file", values: ["name", "path"], help: "Pass a file's text as an argument.") {
                (options, values) throws(UsageError) in
                options.session.arguments.append((values[0], .file(values[1])))
            },
            Flag("--arg-from-stdin", values: ["name"], help: "Pass standard input as an argument.") {
                (options, values) throws(UsageError) in
                options.session.arguments.append((values[0], .standardInput))
            },
            Flag("--include", "-I", values: ["path"], help: "Add a path to the search path.") {
                (options, values) throws(UsageError) in
                options.session.include.append(values[0])
            },
            Flag("--impure", help: "Allow what pure evaluation forbids.") { (options, _) throws(UsageError) in
                try options.session.settings.set("pure-eval", "false")
            },
            Flag("--override-flake", values: ["from", "to"], help: "Use another flake for one of the registry.") {
                (options, values) throws(UsageError) in
                options.session.flakeOverrides.append((values[0], values[1]))
            },
            Flag("--eval-store", values: ["store"], help: "The store of derivations; here always the store itself.") {
                (_, _) throws(UsageError) in
            },
            Flag("--repair", help: "Accepted; damaged paths are found by 'nixlite store verify'.") {
                (_, _) throws(UsageError) in
            },
        ]
    }

    private static var building: [Flag] {
        [
            Flag("--max-jobs", "-j", values: ["jobs"], help: "How many builds at once.") {
                (options, values) throws(UsageError) in
                try options.session.settings.set("max-jobs", values[0])
            },
            Flag("--no-build-output", "-Q", help: "Do not show the output of builders.") {
                (options, _) throws(UsageError) in
                options.session.hidesBuildOutput = true
            },
            Flag("--keep-failed", "-K", help: "Keep the temporary folders of failed builds.") {
                (options, _) throws(UsageError) in
                options.session.keepsFailed = true
            },
            Flag("--keep-going", "-k", help: "Go on with other builds when one fails.") {
                (options, _) throws(UsageError) in
                options.session.keepsGoing = true
            },
            number("cores", "How many processors a builder may use; 0 for all."),
            number("max-silent-time", "Seconds a build may be silent."),
            number("timeout", "Seconds a build may take."),
            Flag("--readonly-mode", help: "Do not write to the store.") { (options, _) throws(UsageError) in
                options.session.isReadOnly = true
            },
            Flag("--no-gc-warning", help: "Do not warn about a missing '--add-root'.") {
                (options, _) throws(UsageError) in
                options.shared.warnsAboutRoots = false
            },
        ]
    }

    private static func number(_ name: String, _ help: String) -> Flag {
        Flag("--\(name)", values: ["n"], help: help) { (options, values) throws(UsageError) in
            try options.session.settings.set(name, String(try UnitNumber.number(values[0])))
        }
    }
}
