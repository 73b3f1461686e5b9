package import NixFetch
import Synchronization

/// Turns the events of one fetch into progress of a whole derivation.
package final class FetchProgressObserver: FetchObserver {
    private struct State {
        var progress: FetchProgress
        /// Bytes of the files that are complete.
        var complete: [String: Int64] = [:]
        /// The sizes known so far and their sum, where nobody told it before.
        var sizes: [String: Int64] = [:]
        var sumOfSizes: Int64 = 0
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
                state.isPlanned = bytes != nil
                state.progress.filesExpected = files
                state.progress.bytesExpected = bytes
            }
        case .started(let file, let expected, let resumed):
            update { state in
                Self.forget(file, &state)
                state.progress.files.append(
                    FetchProgress.File(name: file, bytesDone: resumed, bytesExpected: expected))
                state.progress.bytesDone += resumed
                state.progress.bytesResumed += resumed
                if let expected { Self.expect(expected, of: file, &state) }
            }
        case .connections(let count): update { $0.progress.connections = count }
        case .advanced(let file, let done, let expected):
            update { state in
                guard let index = state.progress.files.firstIndex(where: { $0.name == file }) else { return }
                let before = state.progress.files[index].bytesDone
                state.progress.files[index].bytesDone = done
                if done > before { state.progress.files[index].trouble = nil }
                state.progress.bytesDone += done - before
                guard let expected, state.progress.files[index].bytesExpected != expected else { return }
                state.progress.files[index].bytesExpected = expected
                Self.expect(expected, of: file, &state)
            }
        case .finished(let file, let bytes):
            update { state in
                Self.forget(file, &state)
                state.complete[file] = bytes
                state.progress.bytesDone += bytes
                state.progress.filesDone += 1
                Self.expect(bytes, of: file, &state)
            }
        case .retrying(let file, let reason, let delay):
            let line = reason.split(separator: "\n").first.map(String.init) ?? reason
            update { state in
                state.progress.retries += 1
                if let index = state.progress.files.firstIndex(where: { $0.name == file }) {
                    state.progress.files[index].trouble = line
                }
            }
            report(.retrying(name: name, file: file, reason: line, delay: delay))
        case .identified(let version): report(.identified(name: name, version: version))
        case .note(let text): report(.note("\(name): \(text)"))
        }
    }

    /// Runs a fetch that tells this observer of its progress, waits for it, and reports its end.
    package func run<Value: Sendable>(
        _ cancellation: Cancellation, _ fetch: @escaping @Sendable () async throws(FetchError) -> Value
    ) throws(FetchError) -> Value {
        do throws(FetchError) {
            let value = try Blocking.run(cancellation, fetch)
            end(succeeded: true)
            return value
        } catch {
            end(succeeded: false)
            throw error
        }
    }

    /// Reports the end of what was fetched.
    func end(succeeded: Bool) {
        report(.progressEnded(state.withLock { $0.progress }, succeeded: succeeded))
    }

    /// Takes a file out of the sums, for it begins or is complete.
    private static func forget(_ file: String, _ state: inout State) {
        if let index = state.progress.files.firstIndex(where: { $0.name == file }) {
            state.progress.bytesDone -= state.progress.files.remove(at: index).bytesDone
        }
        if let bytes = state.complete.removeValue(forKey: file) {
            state.progress.bytesDone -= bytes
            state.progress.filesDone -= 1
            // What is begun again was got by this run, not by an earlier one.
            state.progress.bytesResumed -= bytes
        }
    }

    private static func expect(_ bytes: Int64, of file: String, _ state: inout State) {
        guard !state.isPlanned else { return }
        let before = state.sizes.updateValue(bytes, forKey: file) ?? 0
        state.sumOfSizes += bytes - before
        // A sum of some would be a wrong end.
        let isComplete = state.sizes.count >= state.progress.filesExpected
        state.progress.bytesExpected = isComplete ? state.sumOfSizes : nil
    }

    private func update(_ change: (inout State) -> Void) {
        report(
            .progress(
                state.withLock { state in
                    change(&state)
                    return state.progress
                }))
    }
}
