import NixBuild

/// How one fetch's progress reads.
enum ProgressLine {
    /// `name  [#####.....]  45 %  1.2/2.6 GiB  112.4 MiB/s  0:12  3/12 files`.
    static func bar(_ progress: FetchProgress, _ speed: Double) -> String {
        var parts = [progress.name]
        if let expected = progress.bytesExpected, expected > 0 {
            parts.append(gauge(progress.bytesDone, expected))
            parts.append("\(size(Double(progress.bytesDone)))/\(size(Double(expected)))")
            if speed > 0 {
                parts.append("\(size(speed))/s")
                parts.append(duration(Double(max(0, expected - progress.bytesDone)) / speed))
            }
        } else {
            parts.append(size(Double(progress.bytesDone)))
            if speed > 0 { parts.append("\(size(speed))/s") }
        }
        if progress.filesExpected > 1 { parts.append("\(progress.filesDone)/\(progress.filesExpected) files") }
        if progress.connections > 0 {
            parts.append(progress.connections == 1 ? "1 connection" : "\(progress.connections) connections")
        }
        if progress.retries > 0 { parts.append(progress.retries == 1 ? "1 retry" : "\(progress.retries) retries") }
        return parts.joined(separator: "  ")
    }

    /// `model.safetensors  [#####.....]  45 %  1.2/2.6 GiB`, or why it waits.
    static func file(_ file: FetchProgress.File) -> String {
        var parts = [file.name]
        if let expected = file.bytesExpected, expected > 0 {
            parts.append(gauge(file.bytesDone, expected))
            parts.append("\(size(Double(file.bytesDone)))/\(size(Double(expected)))")
        } else {
            parts.append(size(Double(file.bytesDone)))
        }
        if let trouble = file.trouble { parts.append("trying again: \(trouble)") }
        return parts.joined(separator: "  ")
    }

    private static func gauge(_ done: Int64, _ expected: Int64) -> String {
        let share = min(1, max(0, Double(done) / Double(expected)))
        let filled = Int(share * 20)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled)
        return "[\(bar)]  \(Int(share * 100)) %"
    }

    /// The same for a log: `name: 1.2 GiB of 2.6 GiB (45 %), 112.4 MiB/s, 0:12 left`.
    static func plain(_ progress: FetchProgress, _ speed: Double) -> String {
        var line = "\(progress.name): \(size(Double(progress.bytesDone)))"
        if let expected = progress.bytesExpected, expected > 0 {
            line += " of \(size(Double(expected))) (\(Int(100 * Double(progress.bytesDone) / Double(expected))) %)"
        }
        if progress.filesExpected > 1 { line += ", \(progress.filesDone) of \(progress.filesExpected) files" }
        if speed > 0 {
            line += ", \(size(speed))/s"
            if let expected = progress.bytesExpected {
                line += ", \(duration(Double(max(0, expected - progress.bytesDone)) / speed)) left"
            }
        }
        return line
    }

    /// `name: file: reason; trying again in 2.5 s`.
    static func retry(_ name: String, _ file: String, _ reason: String, _ delay: Double) -> String {
        let place = name == file ? name : "\(name): \(file)"
        return "\(place): \(reason); trying again in \(tenths(delay)) s"
    }

    /// Bytes with a binary unit and one digit after the point.
    static func size(_ bytes: Double) -> String {
        var value = bytes
        for unit in ["B", "KiB", "MiB", "GiB", "TiB"] {
            if value < 1024 || unit == "TiB" {
                return unit == "B" ? "\(Int(value)) B" : "\(tenths(value)) \(unit)"
            }
            value /= 1024
        }
        return ""
    }

    /// Bytes with a unit from KiB on, and one digit after the point, as Nix writes them.
    static func roundedSize(_ bytes: UInt64) -> String {
        var value = Double(bytes) / 1024
        var units = ["KiB", "MiB", "GiB", "TiB"][...]
        while value >= 1024, units.count > 1 {
            value /= 1024
            units.removeFirst()
        }
        let tenths = Int((value * 10).rounded(.toNearestOrEven))
        return "\(tenths / 10).\(tenths % 10) \(units.first ?? "")"
    }

    /// One digit after the point.
    static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// `1:02:03` or `2:03`.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 359_999))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
    }
}
