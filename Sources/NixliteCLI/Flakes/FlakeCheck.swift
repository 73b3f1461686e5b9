import NixBuild
import NixEval
import NixFormats

/// Looks at each output of a flake in the way of its kind.
///
/// Source: "nix flake check" in the Nix manual; messages and their order as Nix 2.34 has them.
struct FlakeCheck {
    let session: Session
    let display: ProgressDisplay
    var checksAllSystems = false
    /// Whether to tell of an error and go on.
    var goesOn = false
    private(set) var hasErrors = false
    private(set) var omittedSystems: Set<String> = []
    /// The checks for this system.
    private(set) var derivations: Set<StorePath> = []

    var evaluator: Evaluator { session.evaluator }

    init(session: Session, display: ProgressDisplay) {
        self.session = session
        self.display = display
    }

    /// An attribute and where it stands.
    struct Member {
        let name: String
        let value: ValueRoot
        let position: UInt32
    }

    mutating func check(_ outputs: ValueRoot) throws(EvaluationError) {
        let members = try members(of: outputs.value)
        for output in members.filter({ $0.name == "hydraJobs" }) + members.filter({ $0.name != "hydraJobs" }) {
            say("checking flake output '\(output.name)'...")
            try report("while checking flake output '\(output.name)'", output.position) {
                (check: inout Self) throws(EvaluationError) in try check.check(output: output)
            }
        }
    }

    // MARK: Kinds of outputs

    private static let replacements = [
        "defaultPackage": "packages.<system>.default", "defaultApp": "apps.<system>.default",
        "defaultTemplate": "templates.default", "defaultBundler": "bundlers.<system>.default",
        "overlay": "overlays.default", "devShell": "devShells.<system>.default",
        "nixosModule": "nixosModules.default",
    ]

    /// What others use and Nix knows nothing of.
    private static let unchecked: Set = [
        "lib", "darwinConfigurations", "darwinModules", "flakeModule", "flakeModules", "herculesCI",
        "homeConfigurations",
        "homeModule", "homeModules", "nixopsConfigurations",
    ]

    private mutating func check(output: Member) throws(EvaluationError) {
        _ = try evaluator.force(output.value.value)
        let name = output.name
        if let replacement = Self.replacements[name] {
            display.report(
                .warning("flake output attribute '\(name)' is deprecated; use '\(replacement)' instead"))
        }
        switch name {
        case "checks":
            try forEachOfSystems(output) { (check, path, system, member) throws(EvaluationError) in
                guard let found = try check.checkDerivation(path, member) else {
                    return try check.fail(
                        check.evaluator.failure("'\(name).\(system).drvPath' does not exist"))
                }
                if system == check.session.host.currentSystem { check.derivations.insert(found) }
            }
        case "packages", "devShells":
            try forEachOfSystems(output) { (check, path, _, member) throws(EvaluationError) in
                _ = try check.checkDerivation(path, member)
            }
        case "apps":
            try forEachOfSystems(output) { (check, path, _, member) throws(EvaluationError) in
                try check.checkApp(path, member)
            }
        case "bundlers":
            try forEachOfSystems(output) { (check, path, _, member) throws(EvaluationError) in
                try check.checkBundler(path, member)
            }
        case "formatter", "defaultPackage", "devShell":
            try forEachSystem(output) { (check, path, member) throws(EvaluationError) in
                _ = try check.checkDerivation(path, member)
            }
        case "defaultApp":
            try forEachSystem(output) { (check, path, member) throws(EvaluationError) in
                try check.checkApp(path, member)
            }
        case "defaultBundler":
            try forEachSystem(output) { (check, path, member) throws(EvaluationError) in
                try check.checkBundler(path, member)
            }
        case "legacyPackages": try forEachSystem(output) { (_, _, _) in }
        case "overlay": try checkOverlay(name, output)
        case "overlays":
            try forEach(output) { (check, path, member) throws(EvaluationError) in try check.checkOverlay(path, member)
            }
        case "nixosModule": try checkModule(name, output)
        case "nixosModules":
            try forEach(output) { (check, path, member) throws(EvaluationError) in try check.checkModule(path, member) }
        case "nixosConfigurations":
            try forEach(output) { (check, path, member) throws(EvaluationError) in
                try check.checkConfiguration(path, member)
            }
        case "hydraJobs": try checkJobs(name, output)
        case "defaultTemplate": try checkTemplate(name, output)
        case "templates":
            try forEach(output) { (check, path, member) throws(EvaluationError) in
                try check.checkTemplate(path, member)
            }
        default:
            if !Self.unchecked.contains(name) { display.report(.warning("unknown flake output '\(name)'")) }
        }
    }

    // MARK: Walking

    func say(_ text: String) { display.report(.note(text)) }

    /// The members of a set in the order in which Nix goes over them.
    func members(of value: Value) throws(EvaluationError) -> [Member] {
        let set = ValueRoot(try evaluator.force(value), evaluator)
        var members: [Member] = []
        for name in try evaluator.attributeNamesInOrderOfAppearance(of: set.value) {
            guard let member = try evaluator.attribute(name, of: set.value) else { continue }
            let root = ValueRoot(member, evaluator)
            members.append(
                Member(name: name, value: root, position: try evaluator.position(ofAttribute: name, in: set.value)))
        }
        return members
    }

    typealias Visit = (inout Self, _ path: String, Member) throws(EvaluationError) -> Void

    private mutating func forEach(_ output: Member, _ visit: Visit) throws(EvaluationError) {
        for member in try members(of: output.value.value) { try visit(&self, "\(output.name).\(member.name)", member) }
    }

    /// The systems that are to be looked at.
    private mutating func forEachSystem(_ output: Member, _ visit: Visit) throws(EvaluationError) {
        for system in try members(of: output.value.value) {
            if !system.name.contains("-") {
                let place = evaluator.place(system.position) ?? "«none»"
                try fail(evaluator.failure("'\(system.name)' is not a valid system type, at \(place)"))
            }
            guard checksAllSystems || system.name == session.host.currentSystem else {
                omittedSystems.insert(system.name)
                continue
            }
            try visit(&self, "\(output.name).\(system.name)", system)
        }
    }

    private mutating func forEachOfSystems(
        _ output: Member,
        _ visit: (inout Self, _ path: String, _ system: String, Member) throws(EvaluationError) -> Void
    ) throws(EvaluationError) {
        try forEachSystem(output) { (check, path, system) throws(EvaluationError) in
            for member in try check.members(of: system.value.value) {
                try visit(&check, "\(path).\(member.name)", system.name, member)
            }
        }
    }

    // MARK: Errors

    /// Runs a part of the check; its error gets a frame.
    mutating func report(
        _ frame: String, _ position: UInt32, _ body: (inout Self) throws(EvaluationError) -> Void
    ) throws(EvaluationError) {
        do throws(EvaluationError) { try body(&self) } catch { try fail(error.adding(frame, position)) }
    }

    /// Ends the check, or tells of the error and goes on.
    mutating func fail(_ error: EvaluationError) throws(EvaluationError) {
        guard goesOn, error.kind != .interrupted else { throw error }
        hasErrors = true
        display.report(.text(Array(evaluator.render(error).dropLast())))
    }
}
