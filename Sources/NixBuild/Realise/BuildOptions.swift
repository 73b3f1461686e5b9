/// How builds run.
package struct BuildOptions: Sendable {
    /// Go on with what does not depend on a failure.
    package var keepGoing = false
    /// Leave the temporary folder of a failed build where it is.
    package var keepFailed = false
    /// Builders that run at the same time.
    package var maxJobs = 1
    /// Fetches that run at the same time: many, so that the downloader's scheduler has the files of many models to choose from.
    package var maxFetches = 32
    /// `NIX_BUILD_CORES`.
    package var cores = 1
    /// Lines of the log in the report of a failure.
    package var logLines = 25
    /// Write logs where `nix log` finds them.
    package var keepsLogs = true
    /// Seconds a builder may take, nil for as long as it likes.
    package var timeout: Int?
    /// Seconds a builder may be silent.
    package var maxSilentTime: Int?
    package var substitution = SubstituterOptions()
    /// Nothing may touch the network.
    package var isOffline = false
    /// Build again what is valid, and compare.
    package var rebuilds = false
    /// A placeholder of a package counts as built: a shell takes the machine's own program instead.
    package var skipsPlaceholders = false
    /// Such as `x86_64-linux`; derivations for another system cannot be built here.
    package var systems: Set<String> = []

    package init() {}
}
