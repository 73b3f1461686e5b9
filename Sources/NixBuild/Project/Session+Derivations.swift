package import NixEval
package import NixFormats

/// A derivation that an expression evaluated to, and the outputs of it that are wanted.
package struct SelectedDerivation: Sendable, Equatable {
    package var path: StorePath
    /// In the order in which the derivation lists them.
    package var outputs: [ByteString]
    /// The output that was selected by name (`drv.dev`), `out` otherwise.
    package var outputName: ByteString
}

extension Session {
    /// The derivations in a value: itself, or those of a set or list.
    package func derivations(in value: ValueRoot) throws(SessionError) -> [SelectedDerivation] {
        var found: [SelectedDerivation] = []
        let isEmpty: Bool
        do throws(EvaluationError) {
            try collect(value.value, depth: 0, into: &found)
            isEmpty =
                try evaluator.kind(of: value.value) == .attributes
                ? evaluator.attributeNames(of: value.value).isEmpty : false
        } catch {
            throw .evaluation(error)
        }
        if found.isEmpty, !isEmpty {
            throw .project(
                ProjectError("expression does not evaluate to a derivation (or a set or list of those)"))
        }
        return found
    }

    private func collect(
        _ value: Value, depth: Int, into found: inout [SelectedDerivation]
    ) throws(EvaluationError) {
        switch try evaluator.kind(of: value) {
        case .attributes:
            if try evaluator.isDerivation(value) {
                found.append(try derivation(value))
                return
            }
            if depth > 0 {
                guard let recurse = try evaluator.attribute("recurseForDerivations", of: value),
                    try evaluator.bool(recurse)
                else { return }
            }
            for name in try evaluator.attributeNames(of: value) {
                guard let member = try evaluator.attribute(String(decoding: name, as: UTF8.self), of: value) else {
                    continue
                }
                try collect(try evaluator.autoCall(member, arguments: arguments), depth: depth + 1, into: &found)
            }
        case .list:
            for index in 0..<(try evaluator.count(of: value)) {
                try collect(try evaluator.element(index, of: value), depth: depth + 1, into: &found)
            }
        default: return
        }
    }

    private func derivation(_ value: Value) throws(EvaluationError) -> SelectedDerivation {
        let text = try evaluator.string(try evaluator.attribute("drvPath", of: value) ?? evaluator.null)
        let path: StorePath
        do throws(FormatError) {
            path = try host.storeDirectory.parse(ByteString(text.bytes))
        } catch {
            throw evaluator.failure("\(error)")
        }
        var outputs: [ByteString] = []
        let isSpecific = try evaluator.attribute("outputSpecified", of: value).map { flag throws(EvaluationError) in
            try evaluator.bool(flag)
        }
        var outputName: ByteString = "out"
        if let name = try evaluator.attribute("outputName", of: value) {
            outputName = ByteString(try evaluator.string(name).bytes)
        }
        if isSpecific == true {
            outputs = [outputName]
        } else if let meta = try evaluator.attribute("meta", of: value),
            let wanted = try evaluator.attribute("outputsToInstall", of: meta)
        {
            outputs = try names(wanted)
        } else if let all = try evaluator.attribute("outputs", of: value) {
            outputs = try names(all)
        }
        return SelectedDerivation(path: path, outputs: outputs.isEmpty ? ["out"] : outputs, outputName: outputName)
    }

    private func names(_ list: Value) throws(EvaluationError) -> [ByteString] {
        var names: [ByteString] = []
        for index in 0..<(try evaluator.count(of: list)) {
            names.append(ByteString(try evaluator.string(try evaluator.element(index, of: list)).bytes))
        }
        return names
    }
}
