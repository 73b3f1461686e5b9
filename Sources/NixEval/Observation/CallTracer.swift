/// Writes a line when a call begins and one when it ends (`trace-function-calls`).
package final class CallTracer: CallObserver {
    private unowned let evaluator: Evaluator
    private let write: (String) -> Void

    /// - Parameter write: takes each line, without a line break.
    package init(_ evaluator: Evaluator, write: @escaping (String) -> Void) {
        self.evaluator = evaluator
        self.write = write
    }

    package func entered(_ call: ObservedCall) { write(line("entered", call)) }
    package func left(_ call: ObservedCall) { write(line("exited", call)) }

    private func line(_ event: String, _ call: ObservedCall) -> String {
        let place = call.position == 0 ? "«none»:0" : evaluator.describe(call.position)
        return "function-trace \(event) \(place) at \(WallClock.nanoseconds)"
    }
}

/// Tells several observers of the same calls.
package final class CallObservers: CallObserver {
    private let observers: [any CallObserver]

    package init(_ observers: [any CallObserver]) { self.observers = observers }

    package func entered(_ call: ObservedCall) {
        for observer in observers { observer.entered(call) }
    }

    package func left(_ call: ObservedCall) {
        for observer in observers { observer.left(call) }
    }
}
