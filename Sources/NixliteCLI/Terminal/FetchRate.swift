import NixBuild

/// A fetch with the recent past of its progress, for its speed.
struct FetchRate: Sendable {
    private(set) var progress: FetchProgress
    let started: Double
    private var lastLine: Double
    /// Bytes at moments of the last seconds, oldest first.
    private var samples: [(time: Double, bytes: Int64)]
    private static let window = 5.0
    private static let sampleDistance = 0.25

    init(_ progress: FetchProgress, _ now: Double) {
        self.progress = progress
        started = now
        lastLine = now
        samples = [(now, progress.bytesDone)]
    }

    /// Takes the newest progress.
    mutating func take(_ progress: FetchProgress, _ now: Double) {
        // What an earlier run left is no speed of this one.
        let left = progress.bytesResumed - self.progress.bytesResumed
        if left != 0 { samples = samples.map { ($0.time, $0.bytes + left) } }
        self.progress = progress
        guard let last = samples.last, now - last.time >= Self.sampleDistance else { return }
        samples.append((now, progress.bytesDone))
        while samples.count > 2, now - samples[1].time > Self.window { samples.removeFirst() }
    }

    /// Bytes per second over the last seconds; 0 while that says nothing.
    func bytesPerSecond(_ now: Double) -> Double {
        guard let first = samples.first, now - first.time > 0.2 else { return 0 }
        return max(0, Double(progress.bytesDone - first.bytes) / (now - first.time))
    }

    /// Whether a plain line is due, and then counts as printed.
    mutating func isLineDue(_ now: Double, every interval: Double) -> Bool {
        guard now - lastLine >= interval else { return false }
        lastLine = now
        return true
    }
}

/// What a fetch was, when it is over; several add up.
struct FetchSummary: Sendable, Equatable {
    private(set) var fetches = 0
    private var files = 0
    private var bytes: Int64 = 0
    private var resumed: Int64 = 0
    private var retries = 0
    private var started = Double.infinity
    private var ended = -Double.infinity

    init() {}

    init(_ progress: FetchProgress, from started: Double, to ended: Double) {
        fetches = 1
        files = progress.filesDone
        bytes = progress.bytesDone
        resumed = max(0, progress.bytesResumed)
        retries = progress.retries
        self.started = started
        self.ended = ended
    }

    mutating func add(_ other: FetchSummary) {
        fetches += other.fetches
        files += other.files
        bytes += other.bytes
        resumed += other.resumed
        retries += other.retries
        started = min(started, other.started)
        ended = max(ended, other.ended)
    }

    /// `12 files, 1.2 GiB in 0:10, 120.0 MiB/s from the network, 3 retries`.
    var text: String {
        let seconds = max(0, ended - started)
        let network = max(0, bytes - resumed)
        var parts = ["\(files) \(files == 1 ? "file" : "files"), \(ProgressLine.size(Double(bytes)))"]
        parts[0] += seconds < 10 ? " in \(ProgressLine.tenths(seconds)) s" : " in \(ProgressLine.duration(seconds))"
        if network > 0 {
            let speed = seconds > 0.05 ? "\(ProgressLine.size(Double(network) / seconds))/s " : ""
            if resumed > 0 {
                let size = ProgressLine.size(Double(network))
                parts.append("\(size) of it \(speed)from the network, the rest from an earlier run")
            } else if !speed.isEmpty {
                parts.append("\(speed)from the network")
            }
        } else if bytes > 0 {
            parts.append("from an earlier run")
        }
        if retries > 0 { parts.append(retries == 1 ? "1 retry" : "\(retries) retries") }
        return parts.joined(separator: ", ")
    }
}
