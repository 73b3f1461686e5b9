import NixFormats

/// The program's root: what `nixlite --help` lists.
enum NixliteCommand {
    static let version = "0.1.0"

    static var root: CommandEntry {
        CommandEntry(
            "nixlite", "Evaluate Nix, fetch models, store them under Nix's own hashes",
            [
                CommandEntry(
                    "eval", "Evaluate a devenv.nix, a flake, any .nix file or an expression", EvalCommand()),
                CommandEntry("repl", "Evaluate expressions interactively", ReplCommandLine()),
                CommandEntry("build", "Build models or derivations and link the results", BuildCommand()),
                CommandEntry(
                    "shell", "Enter the project's environment, or run a command in it", ShellCommand()),
                CommandEntry(
                    "print-dev-env", "Print the project's environment as a shell script", PrintDevEnvCommand()),
                CommandEntry(
                    "flake", "Lock, update, describe and check flakes",
                    [
                        CommandEntry("lock", "Create missing entries of a flake's lock file", FlakeLockCommand()),
                        CommandEntry("update", "Update a flake's lock file", FlakeUpdateCommand()),
                        CommandEntry("metadata", "Show where a flake comes from", FlakeMetadataCommand()),
                        CommandEntry("show", "Show what a flake provides", FlakeShowCommand()),
                        CommandEntry("check", "Check what a flake provides and run its tests", FlakeCheckCommand()),
                    ]),
                CommandEntry("log", "Print what a build has printed", LogCommand()),
                CommandEntry(
                    "instantiate", "Parse, evaluate or instantiate expressions as nix-instantiate does",
                    program: .instantiate),
                CommandEntry(
                    "prefetch", "Fetch a model, and print its hash and a description to paste", PrefetchCommand()),
                CommandEntry("path-info", "Show what the store knows of paths", PathInfoCommand()),
                CommandEntry("why-depends", "Show why a path needs another", WhyDependsCommand()),
                CommandEntry(
                    "derivation", "Show and add derivations",
                    [
                        CommandEntry("show", "Show derivations as JSON", DerivationShowCommand()),
                        CommandEntry("add", "Write a derivation from JSON", DerivationAddCommand()),
                    ]),
                CommandEntry(
                    "nar", "Make NARs and look into them",
                    [
                        CommandEntry("ls", "Show what is in a NAR", NARListCommand()),
                        CommandEntry("cat", "Print a file of a NAR", NARCatCommand()),
                        CommandEntry("pack", "Write a file or folder as a NAR", NARPackCommand()),
                        CommandEntry("dump-path", "The older name of pack", NARPackCommand(isAlias: true)),
                    ]),
                CommandEntry(
                    "key", "Make keys to sign with",
                    [
                        CommandEntry("generate-secret", "Make a secret key", KeyGenerateCommand()),
                        CommandEntry(
                            "convert-secret-to-public", "Print the public key of a secret one", KeyConvertCommand()),
                    ]),
                CommandEntry("copy", "Copy store objects from or to a binary cache", CopyCommand()),
                CommandEntry(
                    "hash", "Hash files and trees, and convert hashes",
                    [
                        CommandEntry("path", "Hash the NAR of a path", HashPathCommand()),
                        CommandEntry("file", "Hash the bytes of a file", HashFileCommand()),
                        CommandEntry("convert", "Convert between the spellings of hashes", HashConvertCommand()),
                        CommandEntry("to-base16", "Print hashes as hexadecimal digits", HashSpellingCommand(.base16)),
                        CommandEntry("to-base32", "Print hashes in Nix's base 32", HashSpellingCommand(.nix32)),
                        CommandEntry("to-base64", "Print hashes in base 64", HashSpellingCommand(.base64)),
                        CommandEntry("to-sri", "Print hashes as SRI", HashSpellingCommand(.sri)),
                    ]),
                CommandEntry(
                    "store", "Add to, verify, query and clean up the store",
                    [
                        CommandEntry("add", "Add a file or folder to the store", StoreAddCommand()),
                        CommandEntry("verify", "Check the contents of the store", StoreVerifyCommand()),
                        CommandEntry("path-info", "Show what the store knows of paths", PathInfoCommand()),
                        CommandEntry("ls", "Show what is in a store object", StoreListCommand()),
                        CommandEntry("cat", "Print a file of a store object", StoreCatCommand()),
                        CommandEntry("dump-path", "Write a store object as a NAR", StoreDumpCommand()),
                        CommandEntry("gc", "Delete what nothing needs", program: .store, ["--gc"]),
                        CommandEntry("delete", "Delete paths that nothing needs", program: .store, ["--delete"]),
                    ]),
            ])
    }
}
