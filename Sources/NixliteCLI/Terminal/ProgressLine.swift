import NixBuild

/// How one fetch's progress reads.
enum ProgressLine {
    /// `name  [#####.....]  45 %  1.2/2.6 GiB  112.4 MiB/s  0:12`, cut to `width` columns.
    static func bar(_ progress: FetchProgress, _ speed: Double, width: Int) -> String {
        var parts: [String] = []
        if let expected = progress.bytesExpected, expected > 0 {
            let share = min(1, Double(progress.bytesDone) / Double(expected))
            let filled = Int(share * 20)
            parts.append(
                "[\(String(repeating: "#", count: filled))\(String(repeating: ".", count: 20 - filled))]")
            parts.append("\(Int(share * 100)) %")
            parts.append("\(size(Double(progress.bytesDone)))/\(size(Double(expected)))")
            if speed > 0 {
                parts.append("\(size(speed))/s")
                parts.append(duration(Double(expected - progress.bytesDone) / speed))
            }
        } else {
            parts.append(size(Double(progress.bytesDone)))
            if speed > 0 { parts.append("\(size(speed))/s") }
        }
        let line = "\(progress.name)  \(parts.joined(separator: "  "))"
        return line.count < width ? line : String(line.prefix(max(0, width - 1)))
    }

    /// The same for a log: `name: 1.2 GiB of 2.6 GiB (45 %), 112.4 MiB/s`.
    static func plain(_ progress: FetchProgress, _ speed: Double) -> String {
        var line = "\(progress.name): \(size(Double(progress.bytesDone)))"
        if let expected = progress.bytesExpected, expected > 0 {
            line += " of \(size(Double(expected))) (\(Int(100 * Double(progress.bytesDone) / Double(expected))) %)"
        }
        if speed > 0 { line += ", \(size(speed))/s" }
        return line
    }

    /// Bytes with a binary unit and one digit after the point.
    static func size(_ bytes: Double) -> String {
        var value = bytes
        for unit in ["B", "KiB", "MiB", "GiB", "TiB"] {
            if value < 1024 || unit == "TiB" {
                guard unit != "B" else { return "\(Int(value)) B" }
                let tenths = Int((value * 10).rounded())
                return "\(tenths / 10).\(tenths % 10) \(unit)"
            }
            value /= 1024
        }
        return ""
    }

    /// `1:02:03` or `2:03`.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 359_999))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
    }
}
