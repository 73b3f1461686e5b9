import Glibc
import NixFormats
import Synchronization

/// Settings of a local store, fixed when it is opened.
package struct StoreOptions: Sendable {
    /// Makes every file, its folders and the store folder durable before a path is registered.
    ///
    /// Off, as in Nix, a power
    /// cut can leave a registered path with missing contents, which `verify` finds; a killed process never can.
    package var synchronisesPaths = false
    /// Bytes set aside in `db/reserved`, given back to a collector on a full disk.
    package var reservedSpace = 8 << 20

    package init() {}
}

/// A Nix store on this machine: the files in the store folder and the database that says which of them are valid.
///
/// Layout, schema, locks and roots are Nix's own, so real Nix may use the same store at the same time. Every call is synchronous
/// and safe from any thread. A path is valid when it is registered; it is registered only once it is complete and in place,
/// so a process killed at any moment leaves nothing valid that is broken.
package final class LocalStore: Sendable {
    package let layout: StoreLayout
    package let options: StoreOptions
    /// True where the database cannot be written: what is there can be used, nothing can be added.
    package let isReadOnly: Bool

    let database: StoreDatabase
    let temporaryRoots: TemporaryRoots
    /// Paths that are valid and stay so, because they are among our temporary roots.
    let protected = Mutex<Set<StorePath>>([])
    let stagingCount = Atomic<Int>(0)
    let pending = PendingRegistrations()
    /// Shared as long as the store is open: nobody changes the schema meanwhile.
    private let schemaLock: SchemaLock?

    private final class SchemaLock: Sendable {
        let lock: FileLock
        init(_ lock: consuming FileLock) { self.lock = lock }
    }

    /// Opens the store, creating what is missing.
    package init(_ layout: StoreLayout, options: StoreOptions = StoreOptions()) throws(StoreError) {
        self.layout = layout
        self.options = options
        let folder = layout.stateDirectory.appending("db")
        let schemaPath = folder.appending("schema")
        isReadOnly = try FileSystem.exists(schemaPath) && !FileSystem.isAccessible(folder, W_OK)
        if !isReadOnly { try Self.createFolders(layout) }
        if !layout.allowsSymbolicLinkAsStore { try Self.refuseSymbolicLinks(layout.realStoreDirectory) }
        if isReadOnly {
            schemaLock = nil
        } else {
            Self.reserveSpace(folder.appending("reserved"), options.reservedSpace)
            let lock = try FileLock(path: folder.appending("big-lock"))
            try lock.acquire(.shared)
            schemaLock = SchemaLock(lock)
        }
        let version = try Self.schemaVersion(schemaPath)
        guard version == nil || version == StoreSchema.version else {
            throw StoreError(
                .schema,
                "Nix store schema of '\(schemaPath)' is version \(version ?? 0), but only \(StoreSchema.version) is supported"
            )
        }
        database = try StoreDatabase(
            path: folder.appending("db.sqlite"), creating: version == nil, readOnly: isReadOnly)
        if version == nil {
            // In one step, for those who open the store at the same moment.
            try FileSystem.replaceFile(schemaPath, Array("\(StoreSchema.version)".utf8), durably: true)
        }
        temporaryRoots = TemporaryRoots(stateDirectory: layout.stateDirectory)
    }

    deinit { try? flush() }

    private static func createFolders(_ layout: StoreLayout) throws(StoreError) {
        try FileSystem.createDirectories(layout.realStoreDirectory.appending(".links"))
        for folder in ["db", "temproots", "profiles/per-user", "gcroots/per-user"] {
            try FileSystem.createDirectories(layout.stateDirectory.appending(folder))
        }
        for folder in ["profiles/per-user", "gcroots/per-user"] {
            let path = layout.stateDirectory.appending(folder)
            if let status = try FileSystem.statusIfPresent(path), status.st_mode & 0o777 != 0o755 {
                guard path.withCString({ chmod($0, 0o755) }) == 0 else {
                    throw .system("changing permissions of", path)
                }
            }
        }
    }

    private static func refuseSymbolicLinks(_ store: RealPath) throws(StoreError) {
        var path = store
        while path.bytes.count > 1 {
            if let status = try FileSystem.statusIfPresent(path), status.isLink {
                throw StoreError(
                    .badReference,
                    "the path '\(path)' is a symlink; this is not allowed for the Nix store and its parent directories")
            }
            path = path.parent
        }
    }

    /// Sets space aside; that it could not be is found out by whoever needs it.
    private static func reserveSpace(_ path: RealPath, _ size: Int) {
        guard (try? FileSystem.statusIfPresent(path))??.st_size != size,
            let file = try? Descriptor.open(path, O_WRONLY | O_CREAT, mode: 0o600)
        else { return }
        if posix_fallocate(file.raw, 0, size) == 0 { _ = ftruncate(file.raw, size) }
    }

    /// The number in `db/schema`, nil where there is none or real Nix is just about to write it.
    private static func schemaVersion(_ path: RealPath) throws(StoreError) -> Int? {
        guard try FileSystem.exists(path) else { return nil }
        let text = String(decoding: try FileSystem.readFile(path), as: UTF8.self)
        if text.isEmpty { return nil }
        guard let version = Int(text.filter { !$0.isWhitespace }) else {
            throw StoreError(.schema, "'\(path)' is corrupt")
        }
        return version
    }

    func requireWritable() throws(StoreError) {
        if isReadOnly {
            throw StoreError(
                .readOnly,
                "cannot add to the store '\(layout.realStoreDirectory)': it can only be read\nhint: use a store of your own with --store DIR"
            )
        }
    }

    /// Asks the database about everything that was added, pending registrations included.
    func query<Result>(_ body: (StoreQueries) throws -> Result) throws(StoreError) -> Result {
        try flush()
        return try queryRegistered(body)
    }

    /// Asks the database about what is registered already.
    func queryRegistered<Result>(_ body: (StoreQueries) throws -> Result) throws(StoreError) -> Result {
        let storeDirectory = layout.storeDirectory
        return try database.access { try body(StoreQueries(database: $0, storeDirectory: storeDirectory)) }
    }

    /// Changes the database, all or nothing.
    func transaction<Result>(_ body: (StoreQueries) throws -> Result) throws(StoreError) -> Result {
        try flush()
        return try transactionOnRegistered(body)
    }

    func transactionOnRegistered<Result>(_ body: (StoreQueries) throws -> Result) throws(StoreError) -> Result {
        let storeDirectory = layout.storeDirectory
        return try database.transaction { try body(StoreQueries(database: $0, storeDirectory: storeDirectory)) }
    }
}
