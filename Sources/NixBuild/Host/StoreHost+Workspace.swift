import NixEval
import NixFetch
import NixFormats
import NixStore

/// What the fetches of an evaluation have in common.
extension StoreHost {
    /// The store object that these words name, where the hash is known and the store has it.
    func validObject(
        _ name: String, _ method: ContentAddressMethod, _ expected: NixHash?
    ) throws(HostError) -> StorePath? {
        guard let expected, !access.isDummy else { return nil }
        let storeDirectory = storeDirectory
        let path = try formatted { () throws(FormatError) in
            try storeDirectory.fixedOutputPath(
                name: Array(name.utf8), address: ContentAddress(method: method, hash: expected))
        }
        return try stored { () throws(StoreError) in try access.store().protectIfValid(path) } ? path : nil
    }

    /// Calls `body` with a new workspace, which is gone when this returns.
    func withWorkspace<Result>(_ body: (FetchWorkspace) throws(HostError) -> Result) throws(HostError) -> Result {
        let store = try stored { () throws(StoreError) in try access.store() }
        return try body(try filed { () throws(BuildFailure) in try services.workspace(in: store) })
    }

    /// Throws where `--offline` forbids to ask what is at an address.
    func requireNetwork(for url: String) throws(HostError) {
        guard options.build.isOffline, !url.hasPrefix("file:") else { return }
        throw HostError("cannot fetch '\(URLText.redacted(url))': --offline forbids it")
    }

    /// Fetches the file at an address.
    ///
    /// - Parameter expected: the hash of its bytes, which what is there already may have.
    func download(
        _ url: String, to path: RealPath, _ workspace: FetchWorkspace, expected: NixHash?
    ) throws(HostError) {
        try requireNetwork(for: url)
        let observer = FetchProgressObserver(name: Paths.baseName(url), report: eventReporter)
        let services = services
        do throws(FetchError) {
            _ = try observer.run(cancellation) { () async throws(FetchError) in
                try await services.downloader.fetchURL(
                    url, to: path.description, partials: workspace.partials.description, expected: expected,
                    observer: observer)
            }
        } catch {
            throw HostError("unable to download '\(URLText.redacted(url))': \(error)")
        }
    }

    /// Fetches an archive and unpacks it.
    ///
    /// - Returns: the names at the archive's top.
    func downloadArchive(
        _ url: String, into folder: RealPath, _ workspace: FetchWorkspace
    ) throws(HostError) -> UnpackReport {
        let archive = workspace.staging.path.appending("archive")
        try download(url, to: archive, workspace, expected: nil)
        try filed { () throws(BuildFailure) in try FileModes.makeFolders(folder) }
        do throws(FetchError) {
            return try Unpacker().unpack(archive.description, into: folder.description, name: url)
        } catch {
            throw HostError("failed to extract archive: \(error.message)")
        }
    }

    /// That what an address gave has another hash.
    static func mismatch(_ url: String, specified: NixHash, got: NixHash, buildExitCode: Int32? = nil) -> HostError {
        let specified = specified.printed(.nix32, withAlgorithm: true)
        let got = got.printed(.nix32, withAlgorithm: true)
        return HostError(
            "hash mismatch in file downloaded from '\(URLText.redacted(url))':\n  specified: \(specified)\n  got:       \(got)",
            buildExitCode: buildExitCode)
    }

    /// Runs what a fetch does with files, wording its errors as the host's.
    func filed<Result>(_ body: () throws(BuildFailure) -> Result) throws(HostError) -> Result {
        do throws(BuildFailure) {
            return try body()
        } catch {
            throw HostError(error.message)
        }
    }
}
