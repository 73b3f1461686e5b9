import Glibc
import NixBuild
import NixEval
import NixFormats
import NixSyntax

/// What an evaluation took, as JSON, where `NIX_SHOW_STATS` asks for it.
///
/// Of the members that Nix writes, those that mean something here.
enum EvaluationStatistics {
    /// Writes to standard error, or to the file that `NIX_SHOW_STATS_PATH` names.
    static func writeIfAsked(_ evaluator: Evaluator) {
        guard let asked = EnvironmentVariable.value("NIX_SHOW_STATS"), asked != "0" else { return }
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        let processor = seconds(usage.ru_utime) + seconds(usage.ru_stime)
        let collector = evaluator.collectorStatistics
        let collecting = Double(collector.nanoseconds) / 1e9
        func number(_ value: some CustomStringConvertible) -> JSONValue { .number(ByteString("\(value)")) }
        let value = JSONValue.object([
            "cpuTime": number(processor),
            "gc": .object(["cycles": number(collector.runs), "heapSize": number(collector.peakBytes)]),
            "symbols": .object(["number": number(evaluator.symbols.count)]),
            "time": .object([
                "cpu": number(processor), "gc": number(collecting),
                "gcFraction": number(processor > 0 ? collecting / processor : 0),
            ]),
        ])
        guard let text = try? value.printed() else { return }
        let bytes = text.bytes + [UInt8(ascii: "\n")]
        if let path = EnvironmentVariable.value("NIX_SHOW_STATS_PATH"), path != "-" {
            try? SmallFile.write(path, bytes)
        } else {
            StandardStreams.error(bytes)
        }
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
}
