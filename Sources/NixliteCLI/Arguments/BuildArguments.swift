import ArgumentParser

/// The flags of every command that may build.
struct BuildArguments: ParsableArguments {
    @Flag(name: [.customShort("k"), .long], help: "Go on with other builds when one fails.")
    var keepGoing = false

    @Flag(name: [.customShort("K"), .long], help: "Keep the temporary folders of failed builds.")
    var keepFailed = false

    @Option(name: [.customShort("j", allowingJoined: true), .customLong("max-jobs")], help: "How many builds at once.")
    var maxJobs: String?

    @Option(help: "How many processors a builder may use; 0 for all.")
    var cores: Int?

    @Option(help: "Seconds a build may take.")
    var timeout: Int?

    @Option(help: "Seconds a build may be silent.")
    var maxSilentTime: Int?

    @Option(help: "How many lines of a failed build's log to show.")
    var logLines: Int?

    @Flag(name: [.long, .customLong("check")], help: "Build again and compare.")
    var rebuild = false
}
