/// Counts which stacks of calls it meets, some times a second, and writes them as flame-graph tools read them
/// (`eval-profiler = flamegraph`).
///
/// A line is the calls of a stack, outermost first, separated by semicolons, then a blank and the count.
package final class StackProfiler: CallObserver {
    private unowned let evaluator: Evaluator
    private let write: ([UInt8]) -> Void
    /// Nanoseconds between two samples; 0 takes one at every call.
    private let interval: Int64
    private var stack: [ObservedCall] = []
    private var counts: [[ObservedCall]: Int] = [:]
    private var lastSample = WallClock.nanoseconds
    private var lastFlush = WallClock.nanoseconds
    /// Nanoseconds after which what was counted is written, so that it does not pile up.
    private static let flushInterval: Int64 = 2_000_000_000

    /// - Parameters:
    ///   - frequency: samples a second; 0 takes one at every call.
    ///   - write: takes whole lines.
    package init(_ evaluator: Evaluator, frequency: Int, write: @escaping ([UInt8]) -> Void) {
        self.evaluator = evaluator
        self.write = write
        interval = frequency <= 0 ? 0 : 1_000_000_000 / Int64(frequency)
    }

    package func entered(_ call: ObservedCall) {
        stack.append(call)
        let now = WallClock.nanoseconds
        if now - lastSample > interval {
            counts[stack, default: 0] += 1
            lastSample = now
        }
        if now - lastFlush >= Self.flushInterval {
            flush()
            lastFlush = WallClock.nanoseconds
        }
    }

    package func left(_ call: ObservedCall) { _ = stack.popLast() }

    /// Writes what was counted since the last time.
    package func flush() {
        var lines: [String] = []
        for (stack, count) in counts {
            lines.append(stack.map(evaluator.describe).joined(separator: ";") + " \(count)\n")
        }
        counts.removeAll()
        write(Array(lines.sorted().joined().utf8))
    }
}
