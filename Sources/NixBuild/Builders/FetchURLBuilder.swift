import NixFetch
import NixFormats
import NixStore

/// `builtin:fetchurl`: one file from a URL, as Nix's own builder of that name gives it.
///
/// Reads `url`, `executable` (mode 0755, needs a recursive hash) and `unpack` (the file is a NAR, possibly compressed with xz).
struct FetchURLBuilder {
    let store: LocalStore
    let services: BuildServices
    let isOffline: Bool
    let report: BuildReporter

    /// - Parameter log: takes the lines that the report of a failure shows.
    func build(_ step: BuildPlan.Step, _ cancellation: Cancellation, log: inout BuilderLog) throws(BuildFailure) {
        let check = try FixedOutputCheck(step, in: store)
        let environment = step.derivation.environment
        guard let url = environment["url"] else {
            throw log.fail("required attribute 'url' missing")
        }
        let isExecutable = environment["executable"] == "1"
        let unpacks = environment["unpack"] == "1"
        if isOffline, !url.hasPrefix("file:") {
            throw log.fail("cannot fetch '\(url)': --offline forbids it")
        }
        let workspace = try services.workspace(in: store)
        let target = unpacks ? workspace.tree.extended(by: ".nar") : workspace.tree
        let expected = specifiedHash(check)
        let name = step.derivation.name.description
        let observer = FetchProgressObserver(name: name, report: report)
        let services = services
        let file: FetchedFile
        do throws(FetchError) {
            file = try observer.run(cancellation) { () async throws(FetchError) in
                try await services.downloader.fetchURL(
                    url.description, to: target.description, partials: workspace.partials.description,
                    expected: expected, hashesNAR: !isExecutable && !unpacks, observer: observer)
            }
        } catch {
            throw log.fail(error, "unable to download '\(URLText.redacted(url.description))'")
        }
        if unpacks {
            let isPacked = url.bytes.suffix(3).elementsEqual(".xz".utf8)
            do {
                try Self.unpack(target, isPacked ? .xz : .none, to: workspace.tree)
            } catch let error as FetchError {
                throw log.fail(error)
            } catch {
                throw log.fail("\(error)")
            }
        }
        if isExecutable { try FileModes.makeExecutable(workspace.tree) }
        try check.accept(workspace.tree, known: file.nar.flatMap { check.digests(nar: $0, file: file) })
    }

    /// Unpacks the NAR in a file; what follows its end is left alone.
    private static func unpack(_ file: RealPath, _ compression: NARInfo.Compression, to tree: RealPath) throws {
        let reader = try DecompressingReader(opening: file.description, compression)
        let restore = try TreeRestore(to: tree)
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { piece.deallocate() }
        while !restore.isComplete {
            let count = try reader.read(into: piece)
            if count == 0 { break }
            try restore.write(UnsafeRawBufferPointer(rebasing: piece[..<count]))
        }
        _ = try restore.finish()
    }

    /// What the bytes of the file must hash to, where the output's hash says so.
    private func specifiedHash(_ check: FixedOutputCheck) -> NixHash? {
        check.specified.method == .flat && !check.specified.hash.isFake ? check.specified.hash : nil
    }
}
