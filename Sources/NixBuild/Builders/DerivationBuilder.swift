import Glibc
import NixFormats
import NixStore

/// Builds one derivation whose inputs are there, with the builder it names.
final class DerivationBuilder: Sendable {
    private let store: LocalStore
    private let options: BuildOptions
    private let services: BuildServices
    private let report: BuildReporter

    init(store: LocalStore, options: BuildOptions, services: BuildServices, report: @escaping BuildReporter) {
        self.store = store
        self.options = options
        self.services = services
        self.report = report
    }

    /// Makes all outputs of `step` valid.
    ///
    /// Waits for other processes that build the same outputs, and takes theirs.
    func build(_ step: BuildPlan.Step, _ cancellation: Cancellation) throws(BuildFailure) {
        if cancellation.isCancelled { throw BuildFailure.interrupted }
        let storeDirectory = store.layout.storeDirectory
        let name = storeDirectory.print(step.path).description
        var log = BuilderLog(
            derivation: name, name: step.derivation.name.description,
            outputs: step.outputs.map { storeDirectory.print($0.path).description },
            failureKind: step.derivation.fixedOutput == nil ? .permanent : .transient, keeping: options.logLines,
            report: report)
        try checkPlatform(step, name)
        do {
            let report = report
            guard
                let locks = try PathLocks(
                    step.outputs.map { store.realPath($0.path) },
                    waits: { report(.note("waiting for lock on '\($0)'")) }, isOver: { cancellation.isCancelled })
            else { throw BuildFailure.interrupted }
            if try options.rebuilds || !areValid(step) {
                report(.building(name))
                defer {
                    if options.keepsLogs { BuildLogFile.write(log.text, for: step.path, store.layout) }
                    report(.built(name))
                }
                try run(step, cancellation, &log)
            }
            try locks.release(deleting: true)
        } catch let failure as BuildFailure {
            throw failure
        } catch {
            throw BuildFailure(.miscellaneous, "\(error)")
        }
    }

    private func run(
        _ step: BuildPlan.Step, _ cancellation: Cancellation, _ log: inout BuilderLog
    ) throws(BuildFailure) {
        switch step.derivation.builder {
        case "builtin:fetchurl":
            try FetchURLBuilder(store: store, services: services, isOffline: options.isOffline, report: report)
                .build(step, cancellation, log: &log)
        case "builtin:nixlite-model":
            try ModelBuilder(store: store, services: services, isOffline: options.isOffline, report: report)
                .build(step, cancellation, log: &log)
        case "builtin:nixlite-view":
            try ViewBuilder(store: store, report: report).build(step, log: &log)
        case "builtin:nixlite-placeholder":
            throw log.fail(PlaceholderText.message(step.derivation))
        case let builder where builder.hasPrefix("builtin:"):
            throw log.fail("unsupported builtin builder '\(ByteString(builder.bytes.dropFirst(8)))'")
        default:
            try ProcessBuilder(store: store, options: options, services: services, report: report)
                .build(step, cancellation, log: &log)
        }
    }

    private func areValid(_ step: BuildPlan.Step) throws(StoreError) -> Bool {
        for output in step.outputs where try !store.protectIfValid(output.path) { return false }
        return true
    }

    private func checkPlatform(_ step: BuildPlan.Step, _ name: String) throws(BuildFailure) {
        let system = step.derivation.system.description
        guard system != "builtin", !options.systems.contains(system) else { return }
        let current = options.systems.sorted().first ?? ""
        throw BuildFailure(
            .permanent,
            lines: [
                "Cannot build '\(name)'.", "Reason: platform mismatch", "Required system: '\(system)'",
                "Current system: '\(current)'",
            ])
    }
}

/// What building a package says that only has a name.
enum PlaceholderText {
    /// The derivation's `package` is the attribute path in nixpkgs.
    static func message(_ derivation: Derivation) -> String {
        let attribute = derivation.environment["package"] ?? derivation.name
        return
            "the package 'pkgs.\(attribute)' is a placeholder: nixlite evaluates it without nixpkgs and cannot build it\nhint: it would come from nixpkgs; use --nixpkgs locked, or install it on this machine"
    }
}
