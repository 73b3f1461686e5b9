import NixBuild

/// The flags of every command that locks a flake.
struct FlakeArguments: ArgumentGroup {
    var evaluation = EvaluationArguments()
    var updateInput: [String] = []
    var recreateLockFile = false
    var commitLockFile = false
    var noRegistries = false
    var referenceLockFile: String?
    var outputLockFile: String?
    private var inputsFrom: [String] = []

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try evaluation.declare(&line)
        line.flag("--commit-lock-file", sets: &commitLockFile, "Commit the changed lock file.")
        try line.option(
            "--reference-lock-file", sets: &referenceLockFile, "flake-lock-path", "Read this file as the lock file.")
        try line.option(
            "--output-lock-file", sets: &outputLockFile, "flake-lock-path", "Write this file in place of the lock file."
        )
        try line.option("--update-input", addsTo: &updateInput, "input-path")
        line.flag("--recreate-lock-file", sets: &recreateLockFile)
        line.flag("--no-registries", sets: &noRegistries)
        try line.option("--inputs-from", addsTo: &inputsFrom, "flake-url")
    }

    /// What the flags ask for.
    var locking: FlakeLocking {
        var locking = FlakeLocking()
        locking.recreates = recreateLockFile
        locking.updates = updateInput
        locking.overrides = evaluation.overrideInput.map { ($0.name, $0.value) }
        locking.writes = !evaluation.noWriteLockFile && evaluation.overrideInput.isEmpty
        locking.allowsChanges = !evaluation.noUpdateLockFile
        locking.commits = commitLockFile
        locking.reference = referenceLockFile
        locking.output = outputLockFile
        return locking
    }

    /// What there is to say of flags that will go.
    var warnings: [String] {
        var warnings = updateInput.map { _ in
            "'--update-input' is a deprecated alias for 'flake update' and will be removed in a future version."
        }
        if recreateLockFile {
            warnings.append(
                "'--recreate-lock-file' is deprecated and will be removed in a future version; use 'nix flake update' instead."
            )
        }
        if noRegistries { warnings.append("'--no-registries' is deprecated; use '--no-use-registries'") }
        return warnings
    }
}

extension CommandSession {
    /// A session for a command on flakes.
    ///
    /// - Parameter refreshes: whether addresses without a hash are asked again.
    init(
        global: GlobalArguments, flake: FlakeArguments, build: BuildArguments? = nil, refreshes: Bool = false
    ) throws(UsageError) {
        var flags = try SessionFlags(global, flake.evaluation, build)
        if refreshes { flags.refreshes = true }
        flags.warnings += flake.warnings
        self.init(flags: flags)
    }
}
