import Glibc
import NixEval
import NixFetch
import NixFormats
import NixStore

/// What vouches for objects of binary caches, as Nix's settings say it.
package struct SignatureOptions: Sendable {
    /// `trusted-public-keys`: `<name>:<base 64>`.
    package var trustedPublicKeys: [String]
    /// `secret-key-files`: files with keys of our own, which are trusted too.
    package var secretKeyFiles: [String]
    /// `require-sigs`.
    package var isRequired: Bool

    package init(trustedPublicKeys: [String] = [], secretKeyFiles: [String] = [], isRequired: Bool = true) {
        self.trustedPublicKeys = trustedPublicKeys
        self.secretKeyFiles = secretKeyFiles
        self.isRequired = isRequired
    }

    /// The key in a file as `nix key generate-secret` writes it.
    static func secretKey(in file: String) throws(HostError) -> SecretKey {
        do {
            let bytes = try SmallFile.read(file)
            let end = bytes.lastIndex { !" \n\r\t".utf8.contains($0) }.map { $0 + 1 } ?? 0
            return try SecretKey(parsing: ByteString(Array(bytes[..<end])))
        } catch let error as FormatError {
            throw HostError(error.message)
        } catch {
            throw HostError("\(error)")
        }
    }

    /// The keys themselves, read when a cache is first asked.
    func policy() throws(HostError) -> SignaturePolicy {
        var keys: [PublicKey] = []
        do throws(FormatError) {
            for text in trustedPublicKeys { keys.append(try PublicKey(parsing: ByteString(text))) }
        } catch {
            throw HostError(error.message)
        }
        // Keys that only another user may read are no concern of this one.
        for file in secretKeyFiles where access(file, R_OK) == 0 { keys.append(try Self.secretKey(in: file).publicKey) }
        return SignaturePolicy(trustedKeys: keys, requiresSignatures: isRequired)
    }
}

/// `builtins.fetchClosure`: objects of a binary cache with all that they refer to.
extension StoreHost {
    func fetchClosure(_ attributes: FetchAttributes) throws(HostError) -> StorePath {
        let url = try attributes.require("fromStore")
        let source = try object(try attributes.require("fromPath"))
        let path: StorePath
        if let target = attributes["toPath"] {
            path = try rewrittenClosure(of: source, from: url, to: target.isEmpty ? nil : try object(target))
        } else {
            path = try plainClosure(of: source, from: url, isInputAddressed: attributes["inputAddressed"] == "1")
        }
        guard policy != nil else { return path }
        let closure = try stored { () throws(StoreError) in try access.store().closure([path]) }
        for object in closure { policy?.allow(object) }
        return path
    }

    private func object(_ baseName: String) throws(HostError) -> StorePath {
        do throws(FormatError) { return try StorePath(baseName: ByteString(baseName)) } catch {
            throw HostError(error.message)
        }
    }

    /// The object under its own path, which a signature or its content has to vouch for.
    private func plainClosure(
        of path: StorePath, from url: String, isInputAddressed: Bool
    ) throws(HostError) -> StorePath {
        if try isThere(path) == false {
            let policy = try options.signatures.policy()
            try withCache(url, name: Self.progressName(path)) {
                (cache, store, workspace, report) async throws(StoreError) in
                try await ClosureCopy(
                    from: cache, to: store, policy: policy, staging: workspace.staging,
                    partials: workspace.partials, report: report
                ).copy([path])
            }
        }
        let printed = storeDirectory.print(path)
        switch (isInputAddressed, try isContentAddressed(path)) {
        case (false, false):
            throw HostError(
                """
                The 'fromPath' value '\(printed)' is input-addressed, but 'inputAddressed' is set to 'false' (default).

                If you do intend to fetch an input-addressed store path, add

                    inputAddressed = true;

                to the 'fetchClosure' arguments.

                Note that to ensure authenticity input-addressed store paths, users must configure a trusted binary cache public key on their systems. This is not needed for content-addressed paths.
                """)
        case (true, true):
            throw HostError(
                """
                The store object referred to by 'fromPath' at '\(printed)' is not input-addressed, but 'inputAddressed' is set to 'true'.

                Remove the 'inputAddressed' attribute (it defaults to 'false') to expect 'fromPath' to be content-addressed
                """)
        default: return path
        }
    }

    /// The object under the path that its content gives, which needs nobody's word.
    private func rewrittenClosure(
        of path: StorePath, from url: String, to expected: StorePath?
    ) throws(HostError) -> StorePath {
        if let expected, try isThere(expected) {
            guard try isContentAddressed(expected) else {
                throw HostError(
                    """
                    The 'toPath' value '\(storeDirectory.print(expected))' is input-addressed, so it can't possibly be the result of rewriting to a content-addressed path.

                    Set 'toPath' to an empty string to make Nix report the correct content-addressed path.
                    """)
            }
            return expected
        }
        let rewritten = try withCache(url, name: Self.progressName(path)) {
            (cache, store, workspace, report) async throws(StoreError) -> StorePath in
            try await ContentAddressedCopy(
                from: cache, to: store, staging: workspace.staging, partials: workspace.partials, report: report
            ).copy(path)
        }
        let result =
            "rewriting '\(storeDirectory.print(path))' to content-addressed form yielded '\(storeDirectory.print(rewritten))'"
        guard let expected else {
            throw HostError("\(result)\nUse this value for the 'toPath' attribute passed to 'fetchClosure'")
        }
        guard expected == rewritten else {
            throw HostError("\(result), while '\(storeDirectory.print(expected))' was expected")
        }
        return rewritten
    }

    /// Whether the store has an object, or the evaluation has computed it, which is then written.
    private func isThere(_ path: StorePath) throws(HostError) -> Bool {
        guard try isValid(path) else { return false }
        try write([path])
        return true
    }

    private func isContentAddressed(_ path: StorePath) throws(HostError) -> Bool {
        let info = try stored { () throws(StoreError) in try access.store().requireInfo(path) }
        guard let address = info.contentAddress else { return false }
        return PathFingerprint.isContentAddressed(
            path, by: address, references: info.references, store: storeDirectory)
    }

    static func progressName(_ path: StorePath) -> String { String(decoding: path.name, as: UTF8.self) }

    /// Opens a binary cache and works with it, under one progress.
    ///
    /// - Parameter name: what the progress is called.
    func withCache<Value: Sendable>(
        _ url: String, name: String,
        _ work:
            @escaping @Sendable (
                BinaryCache, LocalStore, FetchWorkspace, @escaping @Sendable (String) -> Void
            ) async throws(StoreError) -> Value
    ) throws(HostError) -> Value {
        try requireNetwork(for: url)
        let store = try stored { () throws(StoreError) in try access.store() }
        let observer = FetchProgressObserver(name: name, report: eventReporter)
        return try withWorkspace { (workspace) throws(HostError) -> Value in
            let (services, storeDirectory, report) = (services, storeDirectory, eventReporter)
            do throws(FetchError) {
                return try observer.run(cancellation) { () async throws(FetchError) in
                    do throws(StoreError) {
                        let cache = try await BinaryCache(
                            url, storeDirectory: storeDirectory, downloader: services.downloader, observer: observer)
                        return try await work(cache, store, workspace) { report(.text(Array($0.utf8))) }
                    } catch {
                        throw FetchError(.verification, error.message)
                    }
                }
            } catch {
                throw HostError("\(error)")
            }
        }
    }
}
