/// The flags that every command takes.
struct GlobalArguments: ArgumentGroup {
    var store: String?
    var offline = false
    var option: [ArgumentPair] = []
    /// Settings that were given as flags of their own.
    var nixSettings: [ArgumentPair] = []
    var experimentalFeatures: [String] = []
    var verbose = 0
    var quiet = 0
    var debug = false
    var logFormat: LogFormat?
    var showTrace = false
    var printBuildLogs = false
    var refresh = false

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try line.option("--store", sets: &store, "store", "The store to use: a folder, 'auto', 'local' or 'daemon'.")
        line.flag("--offline", sets: &offline, "Do not use the network.")
        try line.option(
            "--option", addsTo: &option, ("name", "value"), "Set a Nix setting (two words: name and value).")
        try line.option(
            "--extra-experimental-features", "--experimental-features", addsTo: &experimentalFeatures,
            "experimental-features")
        line.flag("-v", "--verbose", counts: &verbose, "Say more; may be repeated.")
        line.flag("--quiet", counts: &quiet, "Say less; may be repeated.")
        line.flag("--debug", sets: &debug)
        try line.option(
            "--log-format", sets: &logFormat, "log-format",
            "How to show progress: bar, bar-with-logs, raw, multiline or internal-json.")
        line.flag("--show-trace", sets: &showTrace, "Show where an evaluation error came from.")
        line.flag(
            "-L", "--print-build-logs", sets: &printBuildLogs, "Show the full logs of builders on standard error.")
        line.flag("--refresh", sets: &refresh, "Ask again what addresses without a hash hold.")
        try line.setting(addsTo: &nixSettings)
    }
}

/// How progress appears on standard error.
enum LogFormat: String, ArgumentChoice {
    case bar
    case barWithLogs = "bar-with-logs"
    case raw
    case multiline
    case internalJSON = "internal-json"
}
