import NixEval

extension UTCDate {
    /// `2024-01-31`.
    static func day(_ seconds: Int64) -> String {
        let digits = digits(seconds)
        return "\(digits.prefix(4))-\(digits.dropFirst(4).prefix(2))-\(digits.dropFirst(6).prefix(2))"
    }

    /// `2024-01-31 23:59:59`.
    package static func dayAndTime(_ seconds: Int64) -> String {
        let time = digits(seconds).suffix(6)
        return "\(day(seconds)) \(time.prefix(2)):\(time.dropFirst(2).prefix(2)):\(time.suffix(2))"
    }
}
