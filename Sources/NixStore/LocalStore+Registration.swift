import Glibc
package import NixFormats
import Synchronization

extension LocalStore {
    /// Protects `paths` from collectors until this store object goes.
    package func addTemporaryRoots(_ paths: [StorePath]) throws(StoreError) {
        if isReadOnly { return }
        let new = protected.withLock { protected in paths.filter { !protected.contains($0) } }
        try temporaryRoots.add(new.map { layout.storeDirectory.print($0).bytes })
    }

    /// Protects `path` and then says whether it is valid; a yes stays true as long as the store is open.
    package func protectIfValid(_ path: StorePath) throws(StoreError) -> Bool {
        if protected.withLock({ $0.contains(path) }) { return true }
        try addTemporaryRoots([path])
        guard try isRegistered(path) else { return false }
        protected.withLock { _ = $0.insert(path) }
        return true
    }

    /// Registers paths whose files are in place, all or none.
    ///
    /// They may refer to each other.
    ///
    /// The outputs of derivations among them are read from their files where they are not given.
    package func register(_ registrations: [Registration]) throws(StoreError) {
        try requireWritable()
        var complete = registrations
        for index in complete.indices
        where complete[index].info.path.isDerivation && complete[index].derivationOutputs.isEmpty {
            complete[index].derivationOutputs = try outputs(of: complete[index].info.path)
        }
        try transaction { try $0.register(complete) }
    }

    /// The outputs with known paths that the derivation file at `path`, valid or not, has.
    private func outputs(of path: StorePath) throws(StoreError) -> [(name: ByteString, path: StorePath)] {
        let derivation = try readDerivation(path)
        do {
            return try Self.outputs(derivation, in: layout.storeDirectory)
        } catch {
            throw StoreError(wrapping: error)
        }
    }

    /// The outputs of `derivation` that have known paths.
    static func outputs(
        _ derivation: Derivation, in storeDirectory: StoreDirectory
    ) throws(FormatError) -> [(name: ByteString, path: StorePath)] {
        var outputs: [(name: ByteString, path: StorePath)] = []
        for output in derivation.outputs {
            if let path = try derivation.outputPath(output.key, in: storeDirectory) {
                outputs.append((output.key, path))
            }
        }
        return outputs
    }

    /// From now on texts and derivations are registered many at a time.
    ///
    /// They are valid for this store object at once; for others they become so with ``flush()``, which every other call
    /// on this object does by itself, and at the latest when it goes. A process killed before leaves unregistered files only.
    /// Whoever else wants a pending path waits for the flush: flush before waiting for another process or store object.
    package func startBatching() { pending.startBatching() }

    /// Registers what is pending.
    ///
    /// On an error none of it is valid.
    package func flush() throws(StoreError) {
        try pending.flush { (registrations) throws(StoreError) in
            do throws(StoreError) {
                try transactionOnRegistered { try $0.register(registrations) }
            } catch {
                for registration in registrations {
                    protected.withLock { _ = $0.remove(registration.info.path) }
                }
                throw error
            }
        }
    }

    /// Puts a path into the store unless it is valid: the one road that every addition takes.
    ///
    /// Under the path's lock `place` puts the files at its real place, where anything may lie (``settle(_:at:_:)``), and what it
    /// returns is registered. An error on the way leaves the path invalid.
    ///
    /// - Parameters:
    ///   - isLocked: whether the caller holds the path's lock.
    ///   - deferrable: whether the registration may wait where the store batches.
    func addUnlessValid(
        _ path: StorePath, isLocked: Bool = false, deferrable: Bool = false,
        _ place: (RealPath) throws(StoreError) -> Registration
    ) throws(StoreError) {
        try requireWritable()
        if try protectIfValid(path) { return }
        let realPath = realPath(path)
        let lock = isLocked ? try PathLocks([]) : try lock(realPath)
        if try !isRegistered(path) {
            let defers = deferrable && pending.isBatching
            let registration: Registration
            do throws(StoreError) {
                registration = try place(realPath)
                for reference in registration.info.references where reference != path {
                    if try !isValid(reference) { _ = try requireInfo(reference) }
                }
                if options.synchronisesPaths { try FileSystem.synchroniseDirectory(layout.realStoreDirectory) }
                if !defers { try register([registration]) }
            } catch {
                // A commit that failed to report may still have happened: only what is surely not valid goes.
                if case .some(false) = try? isRegistered(path) { _ = try? TreeRemoval.remove(realPath) }
                try? lock.release(deleting: true)
                throw error
            }
            if defers {
                protected.withLock { _ = $0.insert(path) }
                if pending.append(registration, lock) { try flush() }
                return
            }
        }
        protected.withLock { _ = $0.insert(path) }
        try lock.release(deleting: true)
    }

    /// Has the tree of a NAR placed at `realPath`, unless it lies there already.
    ///
    /// - Parameter put: puts it there, where nothing is; called again where somebody without a lock that holds was faster.
    func settle(
        _ nar: PathDigest, at realPath: RealPath, _ put: () throws(StoreError) -> Void
    ) throws(StoreError) {
        while try !keeps(nar, at: realPath) {
            do throws(StoreError) { return try put() } catch {
                guard error.isSystem(ENOTEMPTY) || error.isSystem(EEXIST) else { throw error }
            }
        }
    }

    /// Whether the very tree that is to be placed at `realPath` lies there, in canonical form then; anything else is removed.
    ///
    /// A killed process left it, or, on a file system where locks do nothing, another one has this moment put it there and
    /// may be reading it: it stays where it is.
    private func keeps(_ nar: PathDigest, at realPath: RealPath) throws(StoreError) -> Bool {
        guard try FileSystem.exists(realPath) else { return false }
        if let found = try? TreeDump.hash(realPath), found == nar {
            try Canonical.canonicalise(realPath)
            if options.synchronisesPaths { try TreeSynchronisation.synchronise(realPath) }
            return true
        }
        try TreeRemoval.remove(realPath)
        return false
    }

    func isRegistered(_ path: StorePath) throws(StoreError) -> Bool {
        try queryRegistered { try $0.identifier(path) != nil }
    }

    /// Waits for the lock on a path; never while others may be waiting for locks that pending registrations keep.
    private func lock(_ realPath: RealPath) throws(StoreError) -> PathLocks {
        while pending.isBatching {
            if let lock = try PathLocks(trying: realPath) { return lock }
            try flush()
            usleep(2000)
        }
        return try PathLocks([realPath])
    }
}
