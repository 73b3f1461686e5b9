import Glibc
import NixBuild
import Synchronization

/// Shows what happens during builds on standard error: a bar for each fetch on a terminal, plain lines elsewhere.
///
/// Bars are below everything else: a line that comes meanwhile goes above them.
final class ProgressDisplay: Sendable {
    private let terminal: Terminal
    private let verbosity: Verbosity
    private let state = Mutex(State())
    /// Seconds between two drawings of the bars, and between two plain lines about one fetch.
    private static let drawInterval = 0.1
    private static let lineInterval = 10.0

    /// How much to say.
    struct Verbosity: Sendable {
        /// Lines such as `building …`.
        var showsSteps = true
        /// Warnings.
        var showsWarnings = true
        /// The output of builders.
        var showsLogs = false
    }

    private struct State {
        var fetches: [Fetch] = []
        var drawnLines = 0
        var lastDrawing = 0.0
    }

    private struct Fetch {
        var progress: FetchProgress
        let started: Double
        let bytesAtStart: Int64
        var lastLine: Double
    }

    init(_ terminal: Terminal, _ verbosity: Verbosity) {
        self.terminal = terminal
        self.verbosity = verbosity
    }

    /// Takes one event; may be called from any thread.
    func report(_ event: BuildEvent) {
        switch event {
        case .planned(let paths):
            guard verbosity.showsSteps, !paths.isEmpty else { return }
            let title =
                paths.count == 1
                ? "this derivation will be built:" : "these \(paths.count) derivations will be built:"
            print(([title] + paths.map { "  \($0)" }).joined(separator: "\n"))
        case .building(let path): if verbosity.showsSteps { print("building '\(path)'...") }
        case .logLine(let name, let line):
            if verbosity.showsLogs { print("\(name)> \(SafeText.printable(line))") }
        case .progress(let progress): advance(progress)
        case .progressEnded(let name): end(name)
        case .warning(let text): if verbosity.showsWarnings { print("\(terminal.warning("warning:")) \(text)") }
        case .text(let line): print(String(decoding: line, as: UTF8.self))
        case .note(let text): if verbosity.showsSteps { print(text) }
        case .error(let text): print("\(terminal.error("error:")) \(ErrorText.indented(text))")
        }
    }

    /// Prints lines above the bars.
    private func print(_ text: String) {
        state.withLock { state in
            erase(&state)
            StandardStreams.error(text + "\n")
            draw(&state)
        }
    }

    private func advance(_ progress: FetchProgress) {
        guard verbosity.showsSteps else { return }
        let now = Self.now()
        state.withLock { state in
            var index = state.fetches.firstIndex { $0.progress.name == progress.name }
            if index == nil {
                state.fetches.append(
                    Fetch(progress: progress, started: now, bytesAtStart: progress.bytesDone, lastLine: now))
                index = state.fetches.count - 1
            }
            guard let index else { return }
            state.fetches[index].progress = progress
            if terminal.isInteractive {
                guard now - state.lastDrawing >= Self.drawInterval else { return }
                state.lastDrawing = now
                erase(&state)
                draw(&state)
            } else if now - state.fetches[index].lastLine >= Self.lineInterval {
                state.fetches[index].lastLine = now
                StandardStreams.error(ProgressLine.plain(progress, speed(state.fetches[index], now)) + "\n")
            }
        }
    }

    private func end(_ name: String) {
        state.withLock { state in
            erase(&state)
            state.fetches.removeAll { $0.progress.name == name }
            draw(&state)
        }
    }

    private func erase(_ state: inout State) {
        guard state.drawnLines > 0 else { return }
        StandardStreams.error("\u{1b}[\(state.drawnLines)A\r\u{1b}[J")
        state.drawnLines = 0
    }

    private func draw(_ state: inout State) {
        guard terminal.isInteractive, !state.fetches.isEmpty else { return }
        let now = Self.now()
        let width = terminal.width
        let lines = state.fetches.map { ProgressLine.bar($0.progress, speed($0, now), width: width) }
        StandardStreams.error(lines.joined(separator: "\n") + "\n")
        state.drawnLines = lines.count
    }

    /// Bytes per second since the fetch began; 0 while that says nothing.
    private func speed(_ fetch: Fetch, _ now: Double) -> Double {
        let seconds = now - fetch.started
        guard seconds > 0.2 else { return 0 }
        return Double(fetch.progress.bytesDone - fetch.bytesAtStart) / seconds
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
