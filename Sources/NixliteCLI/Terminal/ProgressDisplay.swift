import Glibc
import NixBuild
import NixFetch
import NixSyntax
import Synchronization

/// Shows what happens during a command on standard error: with live lines below everything else on a terminal, with plain
/// lines elsewhere, or as Nix's JSON lines.
final class ProgressDisplay: Sendable {
    private let terminal: Terminal
    private let verbosity: Verbosity
    private let format: Format
    private let state: Mutex<State>
    /// Seconds between two drawings of the live lines, and between two plain lines about one fetch.
    private static let drawInterval = 0.1
    private static let lineInterval = 10.0

    /// How much to say.
    struct Verbosity: Sendable {
        /// Lines such as `building …`.
        var showsSteps = true
        /// What will be built, and when it begins.
        var showsPlan = true
        /// Warnings.
        var showsWarnings = true
        /// The output of builders.
        var showsLogs = false
        /// Each file of a fetch.
        var showsFiles = false
        /// What came of a fetch.
        var showsSummaries = true
    }

    /// In which form.
    enum Format: Sendable {
        /// Live lines where the terminal can redraw them.
        case live
        /// Lines only.
        case lines
        /// Nix's `internal-json`.
        case json
    }

    private struct State {
        var fetches: [FetchRate] = []
        var area = LiveArea()
        var lastDrawing = 0.0
        var isTicking = false
        var log = ActivityLog()
        var total = FetchSummary()
    }

    init(_ terminal: Terminal, _ verbosity: Verbosity, _ format: Format = .live) {
        self.terminal = terminal
        self.verbosity = verbosity
        self.format = format == .live && !terminal.isInteractive ? .lines : format
        state = Mutex(State())
    }

    /// Takes one event; may be called from any thread.
    func report(_ event: BuildEvent) {
        if format == .json {
            state.withLock { state in
                let lines = state.log.lines(event, MonotonicClock.now())
                if !lines.isEmpty { StandardStreams.error(lines) }
            }
            return
        }
        switch event {
        case .planned(let work):
            guard verbosity.showsSteps, verbosity.showsPlan, !work.isEmpty else { return }
            print(BuildPlanText.lines(work).joined(separator: "\n"))
        case .copying(let path, let cache):
            if verbosity.showsSteps { print("copying path '\(path)' from '\(cache)'...") }
        case .copied: break
        case .building(let path): if verbosity.showsSteps, verbosity.showsPlan { print("building '\(path)'...") }
        case .built: break
        case .logLine(let name, let line):
            if verbosity.showsLogs { print("\(name)> \(SafeText.printable(line))") }
        case .progress(let progress): advance(progress)
        case .retrying(let name, let file, let reason, let delay):
            // On a terminal the file's own line says so.
            guard verbosity.showsSteps, format == .lines || verbosity.showsFiles else { return }
            print(ProgressLine.retry(name, file, reason, delay))
        case .identified(let name, let version):
            if verbosity.showsFiles { print("\(name): version \(version)") }
        case .progressEnded(let progress, let succeeded): end(progress, succeeded)
        case .warning(let text): if verbosity.showsWarnings { print("\(terminal.warning("warning:")) \(text)") }
        case .text(let line):
            print(String(decoding: TerminalText.filtered(line, keepsColours: terminal.hasColour), as: UTF8.self))
        case .note(let text): if verbosity.showsSteps { print(text) }
        case .error(let text): print("\(terminal.error("error:")) \(ErrorText.indented(text))")
        }
    }

    /// The command is over: sums up what was fetched, where it was more than one thing.
    func finish() {
        let total = state.withLock { $0.total }
        guard total.fetches > 1, verbosity.showsSteps, verbosity.showsSummaries, format != .json else { return }
        print("fetched \(total.fetches) models and files: \(total.text)")
    }

    /// Prints lines above the live ones.
    private func print(_ text: String) {
        state.withLock { state in
            StandardStreams.error(state.area.print(text, width: terminal.width) + drawn(&state))
        }
    }

    private func advance(_ progress: FetchProgress) {
        guard verbosity.showsSteps else { return }
        let now = MonotonicClock.now()
        var begins: [String] = []
        state.withLock { state in
            let index: Int
            if let found = state.fetches.firstIndex(where: { $0.progress.name == progress.name }) {
                index = found
                if verbosity.showsFiles {
                    let known = Set(state.fetches[index].progress.files.map(\.name))
                    begins = progress.files.map(\.name).filter { !known.contains($0) }
                }
            } else {
                state.fetches.append(FetchRate(progress, now))
                index = state.fetches.count - 1
                begins = verbosity.showsFiles ? progress.files.map(\.name) : []
            }
            state.fetches[index].take(progress, now)
            for name in begins {
                StandardStreams.error(
                    state.area.print("\(progress.name): downloading '\(name)'", width: terminal.width))
            }
            switch format {
            case .live:
                startTicking(&state)
                guard now - state.lastDrawing >= Self.drawInterval || !begins.isEmpty else { return }
                StandardStreams.error(drawn(&state))
            case .lines:
                guard state.fetches[index].isLineDue(now, every: Self.lineInterval) else { return }
                StandardStreams.error(
                    ProgressLine.plain(progress, state.fetches[index].bytesPerSecond(now)) + "\n")
            case .json: break
            }
        }
    }

    private func end(_ progress: FetchProgress, _ succeeded: Bool) {
        state.withLock { state in
            var text = ""
            if let index = state.fetches.firstIndex(where: { $0.progress.name == progress.name }) {
                let fetch = state.fetches.remove(at: index)
                if succeeded, verbosity.showsSteps, verbosity.showsSummaries, progress.filesDone > 0 {
                    let summary = FetchSummary(progress, from: fetch.started, to: MonotonicClock.now())
                    state.total.add(summary)
                    text = "fetched '\(progress.name)': \(summary.text)"
                }
            }
            guard format == .live || !text.isEmpty else { return }
            let width = terminal.width
            StandardStreams.error(
                (text.isEmpty ? state.area.clear(width: width) : state.area.print(text, width: width))
                    + drawn(&state))
        }
    }

    /// The live lines, drawn over those before.
    private func drawn(_ state: inout State) -> String {
        guard format == .live else { return "" }
        state.lastDrawing = MonotonicClock.now()
        let size = terminal.size
        let lines = LiveLines.lines(state.fetches, state.lastDrawing, width: size.columns, height: size.rows)
        return state.area.draw(lines, width: size.columns)
    }

    /// Redraws while fetches go on, for rates and remaining times change without events too.
    private func startTicking(_ state: inout State) {
        guard !state.isTicking else { return }
        state.isTicking = true
        Blocking.startThread { [self] in
            var isOver = false
            while !isOver {
                usleep(250_000)
                self.state.withLock { state in
                    isOver = state.fetches.isEmpty
                    if isOver { state.isTicking = false } else { StandardStreams.error(drawn(&state)) }
                }
            }
        }
    }
}

/// The words of a plan.
enum BuildPlanText {
    /// What will be built and fetched, and what nothing can make.
    static func lines(_ work: PlannedWork) -> [String] {
        var lines: [String] = []
        func append(_ title: String, _ paths: [String]) {
            if !paths.isEmpty { lines += [title] + paths.map { "  \($0)" } }
        }
        let count = work.builds.count
        append(count == 1 ? "this derivation will be built:" : "these \(count) derivations will be built:", work.builds)
        let sizes =
            "(\(ProgressLine.roundedSize(work.downloadSize)) download, \(ProgressLine.roundedSize(work.unpackedSize)) unpacked)"
        let paths = work.fetches.count == 1 ? "this path" : "these \(work.fetches.count) paths"
        append("\(paths) will be fetched \(sizes):", work.fetches)
        append("don't know how to build these paths:", work.unknown)
        return lines
    }
}
