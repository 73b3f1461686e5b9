package import NixEval
package import NixFormats

/// A derivation that an expression evaluated to, and the outputs of it that are wanted.
package struct SelectedDerivation: Sendable, Equatable {
    package var path: StorePath
    /// In the order in which the derivation lists them.
    package var outputs: [ByteString]
    /// The output that was selected by name (`drv.dev`), `out` otherwise.
    package var outputName: ByteString

    package init(path: StorePath, outputs: [ByteString], outputName: ByteString) {
        self.path = path
        self.outputs = outputs
        self.outputName = outputName
    }
}

extension Session {
    /// The derivations in a value: itself, or those of a set or list.
    ///
    /// - Parameters:
    ///   - allowsNone: a set without derivations is no error, as for `nix-instantiate`.
    ///   - takesAllNames: attributes whose names packages do not have (`bge-v1.5`) count too, as models have them.
    package func derivations(
        in value: ValueRoot, allowsNone: Bool = false, takesAllNames: Bool = false
    ) throws(SessionError) -> [SelectedDerivation] {
        var collector = DerivationCollector(takesAllNames: takesAllNames)
        let isEmpty: Bool
        do throws(EvaluationError) {
            try collect(value.value, into: &collector)
            isEmpty =
                try evaluator.kind(of: value.value) == .attributes
                ? evaluator.attributeNames(of: value.value).isEmpty : false
        } catch {
            throw .evaluation(error)
        }
        if collector.found.isEmpty, !isEmpty, !allowsNone {
            throw .project(ProjectError(Self.noDerivation))
        }
        return collector.found
    }

    private static let noDerivation = "expression does not evaluate to a derivation (or a set or list of those)"

    /// What was found, and the sets that were looked at.
    private struct DerivationCollector {
        let takesAllNames: Bool
        var found: [SelectedDerivation] = []
        /// Of sets that are held by the value that is searched.
        var seen: Set<UInt> = []

        init(takesAllNames: Bool) { self.takesAllNames = takesAllNames }
    }

    private func collect(
        _ given: Value, into collector: inout DerivationCollector
    ) throws(EvaluationError) {
        let value = try evaluator.autoCall(given, arguments: arguments)
        if try note(value, in: &collector) { return }
        switch try evaluator.kind(of: value) {
        case .attributes:
            let takesAllNames = collector.takesAllNames
            for bytes in try evaluator.attributeNames(of: value) where takesAllNames || Self.isPlainName(bytes) {
                let name = String(decoding: bytes, as: UTF8.self)
                do throws(EvaluationError) {
                    try collect(member: name, of: value, into: &collector)
                } catch {
                    let position = try evaluator.position(ofAttribute: name, in: value)
                    throw error.adding("while evaluating the attribute '\(name)'", position)
                }
            }
        case .list:
            for index in 0..<(try evaluator.count(of: value)) {
                let element = try evaluator.element(index, of: value)
                if !(try note(element, in: &collector)) { try collect(element, into: &collector) }
            }
        default: throw evaluator.failure(Self.noDerivation)
        }
    }

    /// A derivation, or a set that asks to be searched too.
    private func collect(
        member name: String, of set: Value, into collector: inout DerivationCollector
    ) throws(EvaluationError) {
        guard let member = try evaluator.attribute(name, of: set), !(try note(member, in: &collector)),
            try evaluator.kind(of: member) == .attributes,
            let flag = try evaluator.attribute("recurseForDerivations", of: member)
        else { return }
        let position = try evaluator.position(ofAttribute: "recurseForDerivations", in: member)
        if try evaluator.bool(flag, at: position, "while evaluating the attribute `recurseForDerivations`") {
            try collect(member, into: &collector)
        }
    }

    /// Names as packages have them; others are not looked at.
    private static func isPlainName(_ name: [UInt8]) -> Bool {
        guard let first = name.first else { return false }
        let isLetter = { (byte: UInt8) in UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 }
        return (isLetter(first) || first == UInt8(ascii: "_"))
            && name.allSatisfy {
                isLetter($0) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || "-_+".utf8.contains($0)
            }
    }

    /// Takes a value that is a derivation, once; false for anything else.
    private func note(_ value: Value, in collector: inout DerivationCollector) throws(EvaluationError) -> Bool {
        guard try evaluator.isDerivation(value) else { return false }
        if collector.seen.insert(try evaluator.identity(of: value)).inserted {
            collector.found.append(try derivation(value))
        }
        return true
    }

    private func derivation(_ value: Value) throws(EvaluationError) -> SelectedDerivation {
        guard try evaluator.attribute("name", of: value) != nil else {
            throw evaluator.failure("derivation name missing")
        }
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
