import Glibc

/// Times of AWS's answers.
enum AWSDate {
    /// Seconds since 1970 of `2024-05-06T07:08:09Z`, with a fraction or an offset where there is one.
    static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int32? {
            range.upperBound <= bytes.count ? Int32(String(decoding: bytes[range], as: UTF8.self)) : nil
        }
        guard bytes.count >= 19, let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1970...9999).contains(year)
        else { return nil }
        var fields = tm()
        fields.tm_year = year - 1900
        fields.tm_mon = month - 1
        fields.tm_mday = day
        fields.tm_hour = hour
        fields.tm_min = minute
        fields.tm_sec = second
        var offset: Int64 = 0
        if let sign = bytes[19...].lastIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }) {
            let digits = bytes[(sign + 1)...].filter { $0 != UInt8(ascii: ":") }
            guard digits.count == 4, let value = Int64(String(decoding: digits, as: UTF8.self)) else { return nil }
            offset = (value / 100 * 3600 + value % 100 * 60) * (bytes[sign] == UInt8(ascii: "-") ? -1 : 1)
        }
        return Int64(timegm(&fields)) - offset
    }

    /// A time as `2024-05-06T07:08:09Z`.
    static func text(_ seconds: Int64) -> String {
        var time = time_t(seconds)
        var fields = tm()
        gmtime_r(&time, &fields)
        func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(fields.tm_year + 1900)-\(padded(fields.tm_mon + 1))-\(padded(fields.tm_mday))T"
            + "\(padded(fields.tm_hour)):\(padded(fields.tm_min)):\(padded(fields.tm_sec))Z"
    }
}
