import NixBuild
import NixEval
import NixFormats

/// What single outputs of a flake have to be.
extension FlakeCheck {
    mutating func checkDerivation(_ path: String, _ member: Member) throws(EvaluationError) -> StorePath? {
        var found: StorePath?
        try report("while checking the derivation '\(path)'", member.position) {
            (check: inout Self) throws(EvaluationError) in
            check.say("checking derivation \(path)...")
            let evaluator = check.evaluator
            guard try evaluator.isDerivation(member.value.value) else {
                throw evaluator.failure("flake attribute '\(path)' is not a derivation")
            }
            guard let text = try evaluator.attribute("drvPath", of: member.value.value) else { return }
            let printed = ByteString(try evaluator.string(text).bytes)
            check.say("derivation evaluated to \(printed)")
            do throws(FormatError) { found = try check.session.host.storeDirectory.parse(printed) } catch {
                throw evaluator.failure(error.message)
            }
        }
        return found
    }

    mutating func checkApp(_ path: String, _ member: Member) throws(EvaluationError) {
        try report("while checking the app definition '\(path)'", member.position) {
            (check: inout Self) throws(EvaluationError) in
            check.say("checking app '\(path)'...")
            let evaluator = check.evaluator
            let value = member.value
            for name in ["type", "program"] {
                guard try evaluator.requireString(name, in: value) else {
                    throw evaluator.failure("app '\(path)' lacks attribute '\(name)'")
                }
            }
            if let meta = try evaluator.attribute("meta", of: value.value) {
                let meta = ValueRoot(meta, evaluator)
                if try !evaluator.requireString("description", in: meta) {
                    check.display.report(.warning("app '\(path)' lacks attribute 'meta.description'"))
                }
            } else {
                check.display.report(.warning("app '\(path)' lacks attribute 'meta'"))
            }
            for other in try check.members(of: value.value) where !["type", "program", "meta"].contains(other.name) {
                throw evaluator.failure("app '\(path)' has unsupported attribute '\(other.name)'")
            }
        }
    }

    mutating func checkOverlay(_ path: String, _ member: Member) throws(EvaluationError) {
        try report("while checking the overlay '\(path)'", member.position) {
            (check: inout Self) throws(EvaluationError) in
            check.say("checking overlay '\(path)'...")
            let evaluator = check.evaluator
            guard let argument = try evaluator.argument(of: member.value.value) else {
                let kind = try evaluator.describeKind(of: member.value.value)
                throw evaluator.failure("overlay is not a function, but \(kind) instead")
            }
            guard !argument.isTakenApart, ["final", "_", "_final"].contains(argument.name) else {
                throw evaluator.failure("overlay does not take an argument named 'final'")
            }
        }
    }

    mutating func checkModule(_ path: String, _ member: Member) throws(EvaluationError) {
        try report("while checking the NixOS module '\(path)'", member.position) {
            (check: inout Self) throws(EvaluationError) in
            check.say("checking NixOS module '\(path)'...")
            _ = try check.evaluator.force(member.value.value)
        }
    }

    mutating func checkConfiguration(_ path: String, _ member: Member) throws(EvaluationError) {
        try report("while checking the NixOS configuration '\(path)'", member.position) {
            (check: inout Self) throws(EvaluationError) in
            check.say("checking NixOS configuration '\(path)'...")
            let evaluator = check.evaluator
            let whole = AttributePath(["config", "system", "build", "toplevel"])
            guard case .found(let found) = try evaluator.find(whole, in: member.value.value, arguments: []) else {
                throw evaluator.failure("attribute '\(whole.names[0])' in selection path '\(whole.text)' not found")
            }
            guard try evaluator.isDerivation(found) else {
                throw evaluator.failure("attribute 'config.system.build.toplevel' is not a derivation")
            }
        }
    }

    mutating func checkJobs(_ path: String, _ member: Member) throws(EvaluationError) {
        try report("while checking the Hydra jobset '\(path)'", member.position) {
            (check: inout Self) throws(EvaluationError) in
            check.say("checking Hydra job '\(path)'...")
            let evaluator = check.evaluator
            if try evaluator.isDerivation(try evaluator.set(member.value)) {
                throw evaluator.failure("jobset should not be a derivation at top-level")
            }
            for job in try check.members(of: member.value.value) {
                let inner = "\(path).\(job.name)"
                if try evaluator.isDerivation(try evaluator.set(job.value)) {
                    check.say("checking Hydra job '\(inner)'...")
                    _ = try check.checkDerivation(inner, job)
                } else {
                    try check.checkJobs(inner, job)
                }
            }
        }
    }

    mutating func checkTemplate(_ path: String, _ member: Member) throws(EvaluationError) {
        try report("while checking the template '\(path)'", member.position) {
            (check: inout Self) throws(EvaluationError) in
            check.say("checking template '\(path)'...")
            let evaluator = check.evaluator
            guard let place = try evaluator.attribute("path", of: try evaluator.set(member.value)) else {
                throw evaluator.failure("template '\(path)' lacks attribute 'path'")
            }
            let (exists, folder) = try evaluator.pathExists(place)
            guard exists else {
                let shown = String(decoding: folder, as: UTF8.self)
                throw evaluator.failure("template '\(path)' refers to a non-existent path '\(shown)'")
            }
            guard try evaluator.requireString("description", in: member.value) else {
                throw evaluator.failure("template '\(path)' lacks attribute 'description'")
            }
            for other in try check.members(of: member.value.value)
            where !["path", "description", "welcomeText"].contains(other.name) {
                throw evaluator.failure("template '\(path)' has unsupported attribute '\(other.name)'")
            }
        }
    }

    mutating func checkBundler(_ path: String, _ member: Member) throws(EvaluationError) {
        // Nix's frame says template here too.
        try report("while checking the template '\(path)'", member.position) {
            (check: inout Self) throws(EvaluationError) in
            check.say("checking bundler '\(path)'...")
            guard try check.evaluator.argument(of: member.value.value) != nil else {
                throw check.evaluator.failure("bundler must be a function")
            }
        }
    }
}

extension Evaluator {
    /// The value, which must be a set.
    fileprivate func set(_ root: ValueRoot) throws(EvaluationError) -> Value {
        _ = try attributeNames(of: root.value)
        return root.value
    }

    /// Whether a set has an attribute, which must be a string.
    fileprivate func requireString(_ name: String, in root: ValueRoot) throws(EvaluationError) -> Bool {
        guard let value = try attribute(name, of: try set(root)) else { return false }
        try requireString(value, at: try position(ofAttribute: name, in: root.value))
        return true
    }
}
