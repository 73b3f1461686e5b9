package import NixFetch
import Synchronization

/// Turns the events of one fetch into progress of a whole derivation.
package final class FetchProgressObserver: FetchObserver {
    private struct State {
        var progress: FetchProgress
        var bytes: [String: Int64] = [:]
        var expected: [String: Int64] = [:]
        var isPlanned = false
    }
    private let state: Mutex<State>
    private let report: BuildReporter
    private let name: String

    /// - Parameter name: what the progress is called, such as the derivation's name.
    package init(name: String, report: @escaping BuildReporter) {
        self.name = name
        self.report = report
        state = Mutex(State(progress: FetchProgress(name: name)))
    }

    package func observe(_ event: FetchEvent) {
        switch event {
        case .planned(let files, let bytes):
            update { state in
                state.isPlanned = true
                state.progress.filesExpected = files
                state.progress.bytesExpected = bytes
            }
        case .started(let file, let expected, let resumed):
            update { state in
                state.bytes[file] = resumed
                if let expected { state.expected[file] = expected }
            }
        case .advanced(let file, let done): update { $0.bytes[file] = done }
        case .finished(let file, let bytes):
            update { state in
                state.bytes[file] = bytes
                state.expected[file] = bytes
                state.progress.filesDone += 1
            }
        case .retrying(let file, let reason, let delay):
            let seconds = (delay * 10).rounded() / 10
            let reason = reason.split(separator: "\n").first.map(String.init) ?? reason
            report(.note("\(name): \(file): \(reason); trying again in \(seconds) s"))
        case .note(let text): report(.note("\(name): \(text)"))
        }
    }

    /// The fetch is over.
    package func end() { report(.progressEnded(name: name)) }

    private func update(_ change: (inout State) -> Void) {
        let progress = state.withLock { state in
            change(&state)
            state.progress.bytesDone = state.bytes.values.reduce(0, +)
            if !state.isPlanned, !state.expected.isEmpty {
                state.progress.bytesExpected = state.expected.values.reduce(0, +)
            }
            return state.progress
        }
        report(.progress(progress))
    }
}
