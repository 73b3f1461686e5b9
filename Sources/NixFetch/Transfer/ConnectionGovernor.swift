/// Decides how many connections a batch's large files get: one more step as long as the last one paid.
///
/// Begins with one, and with all where the server is far: then a connection is bound by its delay, and finding that out step by
/// step would take longer than most downloads. Where files wait for connections, the number doubles; when the rate has not grown by a seventh
/// within a second, the step is taken back and tried again only after a while. A server that says that it is
/// overloaded halves the number. Rates at which hashing is the bound are left alone.
struct ConnectionGovernor: Sendable, Equatable {
    /// Connections that may be open now.
    private(set) var limit: Int
    private let maximum: Int
    /// Seconds over which a rate is taken.
    private let window: Double
    private var windowStart: Double?
    private var windowBytes = 0
    /// The rate, in bytes per second, before the last step.
    private var base = 0.0
    private var previousLimit = 1
    /// When the last step is taken back; nil when it has paid.
    private var deadline: Double?
    /// No step before this time.
    private var quietUntil = 0.0
    private var patience = 5.0
    /// The last whole window's rate, and the shortest time until an answer began, in seconds.
    private var rate = 0.0
    private var latency = Double.infinity
    /// Whether the first large file's answer has told whether the server is far.
    private var knowsDistance = false

    /// Above this many bytes per second one connection is enough: a core hashes about so much.
    private static let enough = 600e6
    private static let gain = 1.15
    /// Answers that take longer come from far away: more than a busy server on the same machine or network takes.
    private static let farLatency = 0.01
    /// Parts take at least so many seconds, so that balancing what is left of a file does not cost more than it gives.
    private static let leastPartTime = 0.25

    init(initial: Int = 1, maximum: Int, window: Double = 0.2) {
        self.maximum = max(1, maximum)
        limit = min(max(1, initial), self.maximum)
        self.window = window
    }

    /// Counts bytes that arrived at a time in seconds.
    ///
    /// - Parameter isWanted: whether a transfer waits for a connection.
    /// - Returns: whether `limit` changed.
    mutating func observe(_ bytes: Int, at now: Double, isWanted: Bool) -> Bool {
        guard let start = windowStart else {
            windowStart = now
            return false
        }
        windowBytes += bytes
        guard now - start >= window else { return false }
        rate = Double(windowBytes) / (now - start)
        windowStart = now
        windowBytes = 0
        if let deadline {
            if rate >= base * Self.gain {
                self.deadline = nil
                patience = 5
            } else if now >= deadline {
                self.deadline = nil
                limit = previousLimit
                quietUntil = now + patience
                patience = min(60, patience * 2)
                return true
            } else {
                return false
            }
        }
        guard isWanted, limit < maximum, now >= quietUntil, rate < Self.enough else { return false }
        base = rate
        previousLimit = limit
        limit = min(maximum, limit * 2)
        deadline = now + 1
        return true
    }

    /// An answer began so many seconds after it was asked for; the first of a large file decides whether the server is far.
    ///
    /// - Returns: whether `limit` changed.
    mutating func answered(after seconds: Double, isLarge: Bool, at now: Double) -> Bool {
        latency = min(latency, seconds)
        guard isLarge, !knowsDistance else { return false }
        knowsDistance = true
        guard latency >= Self.farLatency, limit < maximum, now >= quietUntil else { return false }
        limit = maximum
        deadline = nil
        return true
    }

    /// Bytes that all connections together bring in a second; 0 while that is unknown.
    var bytesPerSecond: Double { rate }

    /// Seconds that a part should take: long against the time in which its request is waited for.
    var leastPartTime: Double { max(Self.leastPartTime, latency.isFinite ? 4 * latency : 0) }

    /// The server asks for less.
    mutating func relax(at now: Double) {
        limit = max(1, limit / 2)
        previousLimit = limit
        deadline = nil
        quietUntil = now + patience
        patience = min(60, patience * 2)
    }
}
