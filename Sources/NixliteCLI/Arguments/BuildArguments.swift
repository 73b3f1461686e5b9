/// The flags of every command that may build.
struct BuildArguments: ArgumentGroup {
    var keepGoing = false
    var keepFailed = false
    var maxJobs: String?
    var maxConnections: Int?
    var cores: Int?
    var timeout: Int?
    var maxSilentTime: Int?
    var logLines: Int?
    var rebuild = false

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        line.flag("-k", "--keep-going", sets: &keepGoing, "Go on with other builds when one fails.")
        line.flag("-K", "--keep-failed", sets: &keepFailed, "Keep the temporary folders of failed builds.")
        try line.option("-j", "--max-jobs", sets: &maxJobs, "max-jobs", "How many builds at once.")
        try line.option(
            "--max-connections", sets: &maxConnections, "max-connections",
            "How many connections at once, over all models and files.")
        try line.option("--cores", sets: &cores, "cores", "How many processors a builder may use; 0 for all.")
        try line.option("--timeout", sets: &timeout, "timeout", "Seconds a build may take.")
        try line.option("--max-silent-time", sets: &maxSilentTime, "max-silent-time", "Seconds a build may be silent.")
        try line.option("--log-lines", sets: &logLines, "log-lines", "How many lines of a failed build's log to show.")
        line.flag("--rebuild", "--check", sets: &rebuild, "Build again and compare.")
    }
}
