import Glibc

/// When to try again, and after how long.
///
/// Exponential backoff with full jitter as in Nix, a server's `Retry-After` or `RateLimit` as the minimum.
package struct RetryPolicy: Sendable, Equatable {
    /// Tries without progress, the first included.
    package var maxAttempts = 5
    /// Seconds before the second try; doubles with each further one.
    package var baseDelay = 0.25
    /// Longest pause of our own choosing, in seconds.
    package var ceiling = 60.0
    /// Longest pause a server may ask for, in seconds; a longer one is an error that names it.
    package var serverCeiling = 300.0
    /// The part of our own pauses that is random.
    package var jitter = 0.5
    /// The only failures that are tried again; nil for those that may pass.
    package var retryOn: [RetryCondition]?
    package var noRetryOn: [RetryCondition] = []

    package init() {}

    /// A policy with what a model's `network` says about it.
    func adapted(to network: NetworkRequest) -> RetryPolicy {
        var policy = self
        if let attempts = network.maxAttempts { policy.maxAttempts = attempts }
        if let delay = network.baseDelay { policy.baseDelay = delay }
        if let delay = network.maxDelay { policy.ceiling = delay }
        if let jitter = network.jitter { policy.jitter = jitter }
        policy.retryOn = network.retryOn
        policy.noRetryOn = network.noRetryOn
        return policy
    }

    /// Whether a further try after this failure may be made.
    func permits(_ error: TransferError) -> Bool {
        if noRetryOn.contains(where: { $0.matches(error.code) }) { return false }
        guard let retryOn else { return error.isRetryable }
        return error.code != .cancelled && retryOn.contains { $0.matches(error.code) }
    }

    /// Whether content of a wrong hash is fetched once more.
    var retriesWrongContent: Bool {
        !noRetryOn.contains(.hashMismatch) && retryOn?.contains(.hashMismatch) ?? true
    }

    /// Seconds to wait after failure number `attempt` (0 is the first).
    func delay(attempt: Int, asked: Double?, isOverload: Bool) -> Double {
        let base = isOverload ? max(baseDelay, 5) : baseDelay
        let longest = min(ceiling, base * Double(1 << min(max(attempt, 0), 16)))
        if let asked { return asked + Double.random(in: 0...min(longest, 1)) }
        return Double.random(in: longest * (1 - jitter)...longest)
    }

    /// The pause a server asks for, in seconds: `RateLimit` with nothing left, else `Retry-After`.
    static func askedPause(_ head: ResponseHead, now: Int64) -> Double? {
        if head.status == 429, let pause = rateLimitPause(head["ratelimit"]) { return pause }
        guard let text = head["retry-after"] else { return nil }
        if let seconds = Double(text), seconds >= 0 { return seconds }
        return HTTPDate.seconds(text).map { Double(max(0, $0 - now)) }
    }

    /// `"api";r=0;t=55`: seconds until the window ends, plus one; nil unless nothing is left.
    static func rateLimitPause(_ field: String?) -> Double? {
        guard let field else { return nil }
        for policy in field.split(separator: ",") {
            var remaining: Double?
            var seconds: Double?
            for part in policy.split(separator: ";") {
                let pair = part.trimmingBlanks().split(separator: "=")
                guard pair.count == 2 else { continue }
                if pair[0] == "r" { remaining = Double(pair[1]) }
                if pair[0] == "t" { seconds = Double(pair[1]) }
            }
            if remaining == 0, let seconds, seconds >= 0 { return seconds + 1 }
        }
        return nil
    }
}

/// Dates of HTTP header fields (RFC 9110 section 5.6.7, the preferred form).
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`; nil for other forms.
    static func seconds(_ text: String) -> Int64? {
        let words = text.split(separator: " ")
        guard words.count == 6, let day = Int32(words[1]), let month = months.firstIndex(of: String(words[2])),
            let year = Int32(words[3]), (1970...9999).contains(year)
        else { return nil }
        let clock = words[4].split(separator: ":").compactMap { Int32($0) }
        guard clock.count == 3 else { return nil }
        var fields = tm()
        fields.tm_year = year - 1900
        fields.tm_mon = Int32(month)
        fields.tm_mday = day
        fields.tm_hour = clock[0]
        fields.tm_min = clock[1]
        fields.tm_sec = clock[2]
        return Int64(timegm(&fields))
    }

    /// Seconds since 1970 now.
    static func now() -> Int64 {
        Int64(time(nil))
    }
}
