import Glibc
import NixBuild
import NixFormats

/// Nix's `--log-format internal-json`: a line `@nix {…}` for each start, result and end of an activity, and each message.
///
/// Activity types: 100 copy path, 101 file transfer, 102 realise, 103 copy paths, 104 builds, 105 build, 108 substitute; results:
/// 101 log line, 105 progress.
struct ActivityLog {
    private var next = UInt64(getpid()) << 32
    private var builds: [String: Build] = [:]
    private var transfers: [String: Transfer] = [:]
    private var copies: [String: Copy] = [:]
    /// The activities `realise`, `builds` and `copy paths`, while anything is built or copied.
    private var frame: (realise: UInt64, builds: UInt64, copies: UInt64)?
    private var expected = (builds: 0, copies: 0)
    private var done = (builds: 0, copies: 0)
    private static let interval = 0.1

    /// The build of a derivation.
    private struct Build {
        let identifier: UInt64
        /// The derivation's name, as the progress of its fetch has it.
        let name: String
    }

    /// The substitution of an object, and in it the copying.
    private struct Copy {
        let substitution: UInt64
        let copy: UInt64
    }

    /// A file on its way.
    private struct Transfer {
        let identifier: UInt64
        var lastResult: Double
        var reported: [Int64]
    }

    /// Verbosity of messages: error, warning, info, talkative.
    enum Level: Int {
        case error = 0
        case warning = 1
        case info = 3
        case talkative = 4
    }

    /// The lines that an event makes, each with its end.
    mutating func lines(_ event: BuildEvent, _ now: Double) -> String {
        switch event {
        case .planned(let work):
            guard !work.isEmpty else { return "" }
            expected.builds += work.builds.count
            expected.copies += work.fetches.count
            return BuildPlanText.lines(work).map { Self.message($0) }.joined() + openFrame() + results()
        case .copying(let path, let cache): return begin(copying: path, from: cache)
        case .copied(let path):
            guard let copy = copies.removeValue(forKey: path) else { return "" }
            done.copies += 1
            return end(stop(copy.copy) + stop(copy.substitution))
        case .building(let path):
            let build = Build(identifier: identifier(), name: Self.derivationName(path))
            builds[path] = build
            return openFrame() + results()
                + start(
                    build.identifier, type: 105, .info, "building '\(path)'",
                    fields: [.string(ByteString(path)), .string(""), .number("1"), .number("1")])
        case .built(let path):
            guard let build = builds.removeValue(forKey: path) else { return "" }
            done.builds += 1
            return end(stop(build.identifier))
        case .logLine(let name, let line):
            let text = SafeText.printable(line)
            guard let build = builds.values.first(where: { $0.name == name }) else { return Self.message(text) }
            return result(build.identifier, type: 101, [.string(ByteString(text))])
        case .progress(let progress): return transfers(progress, now)
        case .progressEnded(var progress, _):
            progress.files = []
            return transfers(progress, now)
        case .retrying(let name, let file, let reason, let delay):
            return Self.message(ProgressLine.retry(name, file, reason, delay), .warning)
        case .identified(let name, let version): return Self.message("\(name): version \(version)", .talkative)
        case .text(let line): return Self.message(String(decoding: line, as: UTF8.self), .error)
        case .warning(let text): return Self.message("\u{1b}[35;1mwarning:\u{1b}[0m \(text)", .warning)
        case .note(let text): return Self.message(text)
        case .error(let text): return Self.error(text)
        }
    }

    /// The message of an error, which has the words alone beside it.
    static func error(_ text: String) -> String {
        line([
            "action": .string("msg"), "column": .null, "file": .null, "level": .number("0"), "line": .null,
            "msg": .string(ByteString("\u{1b}[31;1merror:\u{1b}[0m \(ErrorText.indented(text))")),
            "raw_msg": .string(ByteString(text)),
        ])
    }

    private static func message(_ text: String, _ level: Level = .info) -> String {
        line([
            "action": .string("msg"), "level": .number(ByteString("\(level.rawValue)")),
            "msg": .string(ByteString(text)),
        ])
    }

    /// Activities of the files in flight: those that are new begin, those that are gone end.
    private mutating func transfers(_ progress: FetchProgress, _ now: Double) -> String {
        var output = ""
        let prefix = "\(progress.name)\0"
        var gone = Set(transfers.keys.filter { $0.hasPrefix(prefix) })
        let parent = builds.values.first { $0.name == progress.name }?.identifier ?? 0
        for file in progress.files {
            let key = prefix + file.name
            gone.remove(key)
            let values = [file.bytesDone, file.bytesExpected ?? 0]
            if transfers[key] == nil {
                let identifier = identifier()
                transfers[key] = Transfer(identifier: identifier, lastResult: -1, reported: [])
                output += start(
                    identifier, type: 101, .talkative, "downloading '\(file.name)'",
                    fields: [.string(ByteString(file.name))], parent: parent)
            }
            guard var transfer = transfers[key], transfer.reported != values,
                now - transfer.lastResult >= Self.interval
            else { continue }
            transfer.lastResult = now
            transfer.reported = values
            transfers[key] = transfer
            output += result(transfer.identifier, type: 105, Self.numbers(values + [0, 0]))
        }
        for key in gone.sorted() {
            if let transfer = transfers.removeValue(forKey: key) { output += stop(transfer.identifier) }
        }
        return output
    }

    private mutating func begin(copying path: String, from cache: String) -> String {
        let copy = Copy(substitution: identifier(), copy: identifier())
        copies[path] = copy
        let fields: [JSONValue] = [.string(ByteString(path)), .string(ByteString(cache))]
        return openFrame() + results() + start(copy.substitution, type: 108, .error, "", fields: fields)
            + start(
                copy.copy, type: 100, .info, "copying path '\(path)' from '\(cache)'",
                fields: fields + [.string("local")],
                parent: copy.substitution)
    }

    /// The lines at the end of a build or copy, which may be the last.
    private mutating func end(_ stops: String) -> String {
        let lines = stops + results()
        let isLast =
            builds.isEmpty && copies.isEmpty && done.builds >= expected.builds && done.copies >= expected.copies
        return isLast ? lines + closeFrame() : lines
    }

    private mutating func openFrame() -> String {
        guard frame == nil else { return "" }
        let opened = (realise: identifier(), builds: identifier(), copies: identifier())
        frame = opened
        return start(opened.realise, type: 102, .error, "") + start(opened.builds, type: 104, .error, "")
            + start(opened.copies, type: 103, .error, "")
    }

    private mutating func closeFrame() -> String {
        guard let open = frame else { return "" }
        frame = nil
        return stop(open.copies) + stop(open.builds) + stop(open.realise)
    }

    /// Builds and copies that are done, expected, running and failed.
    private func results() -> String {
        guard let frame else { return "" }
        func line(_ identifier: UInt64, _ done: Int, _ expected: Int, _ running: Int) -> String {
            result(identifier, type: 105, Self.numbers([Int64(done), Int64(expected), Int64(running), 0]))
        }
        return line(frame.builds, done.builds, expected.builds, builds.count)
            + line(frame.copies, done.copies, expected.copies, copies.count)
    }

    private mutating func identifier() -> UInt64 {
        next += 1
        return next
    }

    /// `name` of `/nix/store/<digest>-name.drv`.
    private static func derivationName(_ path: String) -> String {
        let base = path.split(separator: "/").last.map(String.init) ?? path
        let name = base.drop { $0 != "-" }.dropFirst()
        return String(name.hasSuffix(".drv") ? name.dropLast(4) : name)
    }

    // MARK: lines

    private static func numbers(_ values: [Int64]) -> [JSONValue] { values.map { .number(ByteString("\($0)")) } }

    private func start(
        _ identifier: UInt64, type: Int, _ level: Level, _ text: String, fields: [JSONValue] = [], parent: UInt64 = 0
    ) -> String {
        var members: SortedMap<ByteString, JSONValue> = [
            "action": .string("start"), "id": .number(ByteString("\(identifier)")),
            "level": .number(ByteString("\(level.rawValue)")), "parent": .number(ByteString("\(parent)")),
            "text": .string(ByteString(text)), "type": .number(ByteString("\(type)")),
        ]
        if !fields.isEmpty { members["fields"] = .array(fields) }
        return Self.line(members)
    }

    private func stop(_ identifier: UInt64) -> String {
        Self.line(["action": .string("stop"), "id": .number(ByteString("\(identifier)"))])
    }

    private func result(_ identifier: UInt64, type: Int, _ fields: [JSONValue]) -> String {
        Self.line([
            "action": .string("result"), "fields": .array(fields), "id": .number(ByteString("\(identifier)")),
            "type": .number(ByteString("\(type)")),
        ])
    }

    private static func line(_ members: SortedMap<ByteString, JSONValue>) -> String {
        guard let text = try? JSONValue.object(members).printed() else { return "" }
        return "@nix \(text)\n"
    }
}
