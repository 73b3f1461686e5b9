import NixEval
import NixFormats
import NixSyntax

/// What a `flake.nix` says of itself without being evaluated.
struct FlakeFile {
    var description: String?
    var inputs: [String: FlakeInput] = [:]
    /// What the flake wants of its own tree: `submodules`, `lfs`.
    var selfAttributes: [(name: String, value: InputAttributes.Value)] = []
}

/// Reads `flake.nix`.
///
/// Source: "Flake format" in the Nix manual; messages as Nix 2.34 has them.
struct FlakeFileReader {
    let evaluator: Evaluator
    /// The flake, as messages call it.
    let name: String
    /// The way to the flake among the inputs of the root, from which its `follows` start.
    let prefix: InputPath
    let features: Set<String>
    /// Told what the caller should warn about.
    let warn: (String) -> Void

    func read(_ source: SourceFile) throws(EvaluationError) -> FlakeFile {
        let attributes = try evaluator.readLiterals(source)
        var file = FlakeFile()
        if let description = attributes["description"] { file.description = try string(description) }
        if let inputs = attributes["inputs"] {
            (file.inputs, file.selfAttributes) = try readInputs(inputs, source, allowsSelf: true)
        }
        guard let outputs = attributes["outputs"] else {
            throw evaluator.failure("flake '\(name)' lacks attribute 'outputs'")
        }
        guard case .function(let formals) = outputs.value else { throw mismatch("a function", outputs) }
        for formal in formals ?? [] where formal != "self" && file.inputs[formal] == nil {
            file.inputs[formal] = FlakeInput(reference: try reference(formal))
        }
        if let configuration = attributes["nixConfig"] { try check(configuration: configuration) }
        for attribute in attributes
        where !["description", "inputs", "outputs", "nixConfig"].contains(attribute.name) {
            throw evaluator.failure(
                "flake '\(name)' has an unsupported attribute '\(attribute.name)', at \(attribute.location)")
        }
        return file
    }

    // MARK: Inputs

    private func readInputs(
        _ attribute: LiteralAttribute, _ source: SourceFile, allowsSelf: Bool
    ) throws(EvaluationError) -> ([String: FlakeInput], [(name: String, value: InputAttributes.Value)]) {
        var inputs: [String: FlakeInput] = [:]
        var own: [(name: String, value: InputAttributes.Value)] = []
        for input in try set(attribute) {
            guard input.name == "self" else {
                inputs[input.name] = try readInput(input, source)
                continue
            }
            guard allowsSelf else {
                throw evaluator.failure("'self' input attribute not allowed at \(input.location)")
            }
            for member in try set(input) { own.append((member.name, try plain(member))) }
        }
        return (inputs, own)
    }

    private func readInput(_ attribute: LiteralAttribute, _ source: SourceFile) throws(EvaluationError) -> FlakeInput {
        var input = FlakeInput()
        var attributes = InputAttributes()
        var url: String?
        for member in try set(attribute) {
            do throws(EvaluationError) {
                switch member.name {
                case "url":
                    url = try self.url(member, source)
                    attributes["url"] = url.map { .string($0) }
                case "flake":
                    guard case .bool(let flag) = member.value else { throw mismatch("a Boolean", member) }
                    input.isFlake = flag
                case "inputs": input.overrides = try readInputs(member, source, allowsSelf: false).0
                case "follows":
                    let text = try string(member)
                    do throws(InputError) { input.follows = prefix + (try InputPath(parsing: text)) } catch {
                        throw evaluator.misuse(error.message)
                    }
                default: attributes[member.name] = try plain(member)
                }
            } catch {
                throw error.adding("while evaluating flake attribute '\(member.name)'", member.position)
            }
        }
        if attributes["type"] != nil {
            do throws(InputError) {
                var reference = try InputReference(attributes)
                guard try InputScheme.check(&reference.attributes, features: features) != nil else {
                    throw InputError("cannot show unsupported input '\(attributes.json)'")
                }
                input.reference = reference
            } catch {
                throw evaluator.failure(error.message).adding("while evaluating flake input", attribute.position)
            }
        } else {
            attributes["url"] = nil
            if let first = attributes.sorted.first {
                throw evaluator.failure(
                    "unexpected flake input attribute '\(first.name)', at \(attribute.location)")
            }
            if let url { input.reference = try reference(url, isFlake: input.isFlake) }
        }
        if input.reference != nil, input.follows != nil {
            throw evaluator.failure(
                "flake input has both a flake reference and a follows attribute, at \(attribute.location)")
        }
        return input
    }

    /// An address; a path of the same tree becomes one that starts from the flake.
    private func url(_ attribute: LiteralAttribute, _ source: SourceFile) throws(EvaluationError) -> String {
        switch attribute.value {
        case .string(let text): return text
        case .path(let path):
            return "path:" + Paths.relative(String(decoding: path, as: UTF8.self), from: source.directory)
        default: throw mismatch("a string or a path", attribute)
        }
    }

    private func reference(_ url: String, isFlake: Bool = true) throws(EvaluationError) -> InputReference {
        do throws(InputError) {
            let reference = try InputReference(
                parsing: url, features: features, needsTree: isFlake, allowsRelativePaths: true)
            reference.warnings.forEach(warn)
            return reference
        } catch { throw evaluator.failure(error.message) }
    }

    /// A value that an input's attribute can have.
    private func plain(_ attribute: LiteralAttribute) throws(EvaluationError) -> InputAttributes.Value {
        switch attribute.value {
        case .string(let text): return .string(text)
        case .bool(let flag): return .bool(flag)
        case .integer(let number):
            guard number >= 0 else {
                throw evaluator.failure(
                    "negative value given for flake input attribute \(attribute.name): \(number)")
            }
            return .integer(UInt64(number))
        default:
            let kind = attribute.value.unforcedKind
            throw evaluator.failure(
                "flake input attribute '\(attribute.name)' is \(kind) while a string, Boolean, or integer is expected")
        }
    }

    // MARK: Kinds

    private func set(_ attribute: LiteralAttribute) throws(EvaluationError) -> [LiteralAttribute] {
        guard case .set(let members) = attribute.value else { throw mismatch("a set", attribute) }
        return members
    }

    private func string(_ attribute: LiteralAttribute) throws(EvaluationError) -> String {
        guard case .string(let text) = attribute.value else { throw mismatch("a string", attribute) }
        return text
    }

    private func mismatch(_ expected: String, _ attribute: LiteralAttribute) -> EvaluationError {
        evaluator.failure("expected \(expected) but got \(attribute.value.kind) at \(attribute.location)")
    }

    /// Settings must be plain values.
    private func check(configuration: LiteralAttribute) throws(EvaluationError) {
        for setting in try set(configuration) {
            switch setting.value {
            case .string, .path, .integer, .bool: break
            case .list(let elements):
                for element in elements {
                    if case .string = element { continue }
                    throw evaluator.failure(
                        "list element in flake configuration setting '\(setting.name)' is a list while a string is expected"
                    )
                }
            default:
                throw evaluator.failure("flake configuration setting '\(setting.name)' is \(setting.value.kind)")
            }
        }
    }
}

extension [LiteralAttribute] {
    fileprivate subscript(name: String) -> LiteralAttribute? { first { $0.name == name } }
}

extension Paths {
    /// An absolute path as it is written from a folder: `b`, `../b`, `.`.
    static func relative(_ path: String, from folder: String) -> String {
        let target = normalised(path).split(separator: "/")
        let base = normalised(folder).split(separator: "/")
        let shared = zip(target, base).prefix { $0 == $1 }.count
        let steps = Array(repeating: "..", count: base.count - shared) + target[shared...].map(String.init)
        return steps.isEmpty ? "." : steps.joined(separator: "/")
    }
}
