import Glibc
import NixBuild
import NixEval
import NixFormats

/// `nixlite flake metadata`: where a flake comes from, and what its inputs are locked to.
struct FlakeMetadataCommand: Command {
    var flake = FlakeArguments()
    var global = GlobalArguments()
    var address: String?
    var json = false

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try flake.declare(&line)
        try global.declare(&line)
        line.flag("--json", sets: &json, "Print JSON.")
        line.positional("flake-url", sets: &address, "The flake; by default that of the current folder.")
    }

    func run() throws {
        try CommandSession(global: global, flake: flake).run { session, _ in
            let locked = try session.lock(address ?? ".", flake.locking)
            let path = session.printed(locked.flake.storePath)
            if json {
                StandardStreams.outputLine(try locked.description(path: path).printed())
            } else {
                StandardStreams.output(text(locked, path))
            }
        }
    }

    private func text(_ locked: LockedFlake, _ path: ByteString) -> String {
        var text = line("Resolved URL:", "  ", locked.flake.resolved.url)
        if locked.isLocked { text += line("Locked URL:", "    ", locked.flake.locked.url) }
        if let description = locked.flake.description { text += line("Description:", "   ", description) }
        text += line("Path:", "          ", path.description)
        if let revision = locked.revision { text += line("Revision:", "      ", revision) }
        if let count = locked.number("revCount") { text += line("Revisions:", "     ", "\(count)") }
        if let seconds = locked.number("lastModified") {
            text += line("Last modified:", " ", LocalTime.text(Int64(clamping: seconds)))
        }
        if let fingerprint = locked.fingerprint { text += line("Fingerprint:", "   ", fingerprint.description) }
        let inputs = locked.inputLines
        if !inputs.isEmpty { text += "\(Style.bold("Inputs:"))\n" }
        for input in inputs {
            let separator = input.isFollowing ? " " : ": "
            text += "\(TreeDrawing.prefix(input.branches))\(Style.bold(input.name))\(separator)\(input.text)\n"
        }
        return text
    }

    private func line(_ label: String, _ gap: String, _ value: String) -> String {
        "\(Style.bold(label))\(gap)\(value)\n"
    }
}

/// Times as people here read them.
enum LocalTime {
    /// `2024-01-31 23:59:59` in the zone of this machine.
    static func text(_ seconds: Int64) -> String {
        var time = time_t(seconds)
        var parts = tm()
        guard localtime_r(&time, &parts) != nil else { return UTCDate.dayAndTime(seconds) }
        return UTCDate.dayAndTime(seconds + Int64(parts.tm_gmtoff))
    }
}
