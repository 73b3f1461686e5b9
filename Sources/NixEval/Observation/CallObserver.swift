import NixSyntax

/// Is told of every call of a function while an evaluator observes.
///
/// Calls that are not observed pay nothing: observed ones take the way of those that are too deep
/// (`MachineState.callDepthLimit`).
package protocol CallObserver: AnyObject {
    func entered(_ call: ObservedCall)
    func left(_ call: ObservedCall)
}

/// One call: what is called, and from where.
package struct ObservedCall: Hashable, Sendable {
    /// The address of a lambda's code, or twice a builtin's index plus one.
    let callee: UInt
    /// Where the call stands, 0 for a call that a builtin makes.
    let position: UInt32
    /// The name of the derivation that `derivationStrict` makes.
    var derivation: [UInt8]?
}

extension Evaluator {
    /// Has `observer` told of every call from now on; nil ends that.
    package func observe(_ observer: (any CallObserver)?) {
        self.observer = observer
        machine.state.pointee.callDepthLimit = observer == nil ? options.refusedCallDepth : 0
    }

    /// `file:line:column` of a call, and of a lambda where the call has no place.
    func place(of call: ObservedCall) -> UInt32 {
        if call.position != 0 || call.callee & 1 != 0 { return call.position }
        return UnsafePointer<LambdaCode>(bitPattern: call.callee).unsafelyUnwrapped.pointee.position
    }

    /// What is called, as a profile names it: `file:1:2:name` or `file:1:2:primop map`.
    func describe(_ call: ObservedCall) -> String {
        let position = place(of: call)
        let place = position == 0 ? "" : describe(position)
        if call.callee & 1 != 0 {
            let name = builtins[Int(call.callee >> 1)].name
            let derivation = call.derivation.map { ":" + String(decoding: $0, as: UTF8.self) } ?? ""
            return (place.isEmpty ? "" : place + ":") + "primop \(name)" + derivation
        }
        let name = UnsafePointer<LambdaCode>(bitPattern: call.callee).unsafelyUnwrapped.pointee.name
        return name < 0 ? place : "\(place):\(symbols.string(of: Symbol(rawValue: name)))"
    }
}

extension Machine {
    /// Runs a lambda's body as `enter` does, where it is observed or too deep.
    @inline(never)
    func enterObserved(_ code: UnsafeMutablePointer<LambdaCode>, _ frame: Words, _ position: UInt32)
        throws(EvaluationError) -> Value
    {
        try checkDepth(position)
        return try observing(ObservedCall(callee: UInt(bitPattern: code), position: position)) {
            () throws(EvaluationError) in
            do throws(EvaluationError) {
                return try run(NodePointer(bitPattern: code.pointee.body).unsafelyUnwrapped, frame)
            } catch {
                throw callFrames(error, code, position)
            }
        }
    }

    /// Calls a builtin as `invoke` does, where it is observed or too deep.
    @inline(never)
    func invokeObserved(
        _ builtin: UnsafeMutablePointer<Builtin>, _ first: Value, _ second: Value, _ third: Value, _ position: UInt32
    ) throws(EvaluationError) -> Value {
        try checkDepth(position)
        var call = ObservedCall(callee: UInt(builtin - state.pointee.builtins) << 1 | 1, position: position)
        if builtin.pointee.name == "derivationStrict", let set = try? force(first), set.isAttributes,
            let name = try? force(set.attribute(known.name)), name.isString
        {
            call.derivation = Array(name.bytes)
        }
        return try observing(call) { () throws(EvaluationError) in
            do throws(EvaluationError) {
                return try builtin.pointee.function(self, first, second, third, position)
            } catch {
                throw builtinFrame(error, builtin, position)
            }
        }
    }

    private func checkDepth(_ position: UInt32) throws(EvaluationError) {
        if state.pointee.callDepth > state.pointee.maximumCallDepth { throw tooDeep(position) }
        try checkStack()
    }

    /// Runs a call one deeper, its observer told when it begins and ends.
    @inline(__always)
    private func observing(
        _ call: ObservedCall, _ body: () throws(EvaluationError) -> Value
    ) throws(EvaluationError) -> Value {
        let depth = state.pointee.callDepth
        let observer = evaluator.observer
        observer?.entered(call)
        state.pointee.callDepth = depth &+ 1
        defer {
            state.pointee.callDepth = depth
            observer?.left(call)
        }
        return try body()
    }
}
