import Glibc
import NixFetch
import NixFormats
import NixStore

/// `builtin:nixlite-view`: a tree of relative links that shows a raw model the way programs look for it.
///
/// The root has every entry of the snapshot (so a path to it works wherever a model folder does) and the hub's own `blobs`,
/// `snapshots` and `refs`, whose files lose the newline that keeps the hub's library from finding them. A model without the
/// hub's layout is linked entry by entry.
struct ViewBuilder {
    let store: LocalStore
    let report: BuildReporter

    func build(_ step: BuildPlan.Step, log: inout BuilderLog) throws(BuildFailure) {
        let environment = step.derivation.environment
        guard let rawText = environment["raw"], let output = step.outputs.first, step.outputs.count == 1 else {
            throw log.fail("required attribute 'raw' missing")
        }
        let raw: StorePath
        do throws(FormatError) {
            raw = try store.layout.storeDirectory.parse(rawText)
        } catch {
            throw log.fail(error.message)
        }
        try checkValidators(step, &log)
        do {
            let staging = try store.makeStagingDirectory()
            let root = staging.path.appending("x")
            try ViewTree(raw: raw, rawRoot: store.realPath(raw), root: root).write()
            let staged = try store.examine(root, candidates: [raw])
            _ = try store.addOutput(staged, at: output.path, deriver: step.path, locked: [output.path])
        } catch let error as StoreError {
            throw BuildFailure(.miscellaneous, error.message)
        } catch {
            throw log.fail("\(error)")
        }
    }

    /// Validators are not run yet: one that may not be skipped refuses the build, the others are reported.
    private func checkValidators(_ step: BuildPlan.Step, _ log: inout BuilderLog) throws(BuildFailure) {
        let text = step.derivation.environment["validation"] ?? "{}"
        let validation: JSONValue
        do throws(FormatError) {
            validation = try JSONValue(parsing: text)
        } catch {
            throw log.fail("attribute 'validation' is not JSON: \(error)")
        }
        guard validation["enable"]?.bool ?? true else { return }
        let name = step.derivation.name
        for validator in validation["validators"]?.array ?? [] {
            let validatorName = validator["name"]?.string ?? "unnamed"
            let onFailure = validator["onFailure"]?.string ?? validation["onFailure"]?.string ?? "abort"
            if onFailure == "abort" {
                throw log.fail(
                    "validator '\(validatorName)' of the model '\(name)' was not run, because this version of nixlite cannot run validators, and its onFailure is \"abort\"\nhint: set validation.onFailure = \"warn\" to build without it"
                )
            }
            report(.warning("validator '\(validatorName)' of the model '\(name)' was not run"))
        }
    }
}

/// Writes the links of one view.
private struct ViewTree {
    let raw: StorePath
    /// Where the raw model's files are on this machine.
    let rawRoot: RealPath
    let root: RealPath

    func write() throws(ViewError) {
        try makeFolder(root)
        let entries = try FolderListing.names(rawRoot)
        guard entries.contains(Array("snapshots".utf8)), entries.contains(Array("blobs".utf8)) else {
            for entry in entries { try link(entry, to: entry) }
            return
        }
        for entry in entries where !entry.elementsEqual("refs".utf8) { try link(entry, to: entry) }
        let references = try copyReferences()
        let snapshots = try FolderListing.names(rawRoot.appending("snapshots"))
        let main = references.first { $0.name.elementsEqual("main".utf8) }?.commit
        guard let commit = main.flatMap({ snapshots.contains($0) ? $0 : nil }) ?? snapshots.first else { return }
        let hidden = Set(entries)
        for entry in try FolderListing.names(rawRoot.appending("snapshots").appending(commit))
        where !hidden.contains(entry) {
            try link(entry, to: Array("snapshots/".utf8) + commit + Array("/".utf8) + entry)
        }
    }

    /// Writes `refs/` with each file's text up to its newline.
    private func copyReferences() throws(ViewError) -> [(name: [UInt8], commit: [UInt8])] {
        var written: [(name: [UInt8], commit: [UInt8])] = []
        try copyReferences(from: rawRoot.appending("refs"), to: root.appending("refs"), prefix: [], &written)
        return written
    }

    private func copyReferences(
        from source: RealPath, to target: RealPath, prefix: [UInt8],
        _ written: inout [(name: [UInt8], commit: [UInt8])]
    ) throws(ViewError) {
        guard Paths.isDirectory(source.description), prefix.count < 1024 else { return }
        try makeFolder(target)
        for name in try FolderListing.names(source) {
            let full = prefix + name
            if Paths.isDirectory(source.appending(name).description) {
                try copyReferences(
                    from: source.appending(name), to: target.appending(name), prefix: full + [UInt8(ascii: "/")],
                    &written)
            } else {
                let text = try SmallFile.read(source.appending(name).description)
                let commit = Array(text.prefix { $0 != UInt8(ascii: "\n") })
                try SmallFile.write(target.appending(name).description, commit)
                written.append((full, commit))
            }
        }
    }

    private func link(_ name: [UInt8], to target: [UInt8]) throws(ViewError) {
        let path = root.appending(name)
        let text = Array("../".utf8) + raw.baseName.bytes + Array("/".utf8) + target
        let status = ChildProcess.withCStrings([ByteString(text), ByteString(path.bytes)]) { symlink($0[0]!, $0[1]!) }
        guard status == 0 else { throw ViewError("creating symlink", path) }
    }

    private func makeFolder(_ path: RealPath) throws(ViewError) {
        guard mkdir(path.description, 0o755) == 0 else { throw ViewError("creating directory", path) }
    }
}

/// A file operation that failed.
private typealias ViewError = FileOperationError
