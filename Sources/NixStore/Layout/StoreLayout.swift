import Glibc
package import NixFormats

/// Where a store's parts are: the logical folder that hashes depend on, and the real folders on this machine.
package struct StoreLayout: Sendable, Hashable {
    /// What store paths begin with (`/nix/store`).
    package var storeDirectory: StoreDirectory
    /// Where the store objects really are.
    package var realStoreDirectory: RealPath
    /// Database, roots and locks (`/nix/var/nix`).
    package var stateDirectory: RealPath
    /// Build logs (`/nix/var/log/nix`).
    package var logDirectory: RealPath
    /// Whether the store or a folder above it may be a symbolic link.
    package var allowsSymbolicLinkAsStore = false

    package init(
        storeDirectory: StoreDirectory, realStoreDirectory: RealPath, stateDirectory: RealPath, logDirectory: RealPath
    ) {
        self.storeDirectory = storeDirectory
        self.realStoreDirectory = realStoreDirectory
        self.stateDirectory = stateDirectory
        self.logDirectory = logDirectory
    }

    /// The chroot store below `root`, with the logical folder `/nix/store`.
    package init(chroot root: RealPath) {
        self.init(
            storeDirectory: .standard, realStoreDirectory: root.appending("nix/store"),
            stateDirectory: root.appending("nix/var/nix"), logDirectory: root.appending("nix/var/log/nix"))
    }

    /// The real place of a store object.
    package func realPath(_ path: StorePath) -> RealPath { realStoreDirectory.appending(path.baseName.bytes) }

    /// The real place of a logical path in or below a store object, nil for a path outside the store.
    package func realPath(logical path: [UInt8]) -> RealPath? {
        guard storeDirectory.contains(ByteString(path)) else { return nil }
        return RealPath(realStoreDirectory.bytes + path[storeDirectory.path.count...])
    }

    /// The logical path that is at a real place in or below a store object, nil for one outside the store.
    package func logicalPath(real path: RealPath) -> ByteString? {
        guard path.isInside(realStoreDirectory), path != realStoreDirectory else { return nil }
        return ByteString(storeDirectory.path.bytes + path.bytes[realStoreDirectory.bytes.count...])
    }
}

/// The store that was chosen, and what the user should be told about the choice.
package struct StoreChoice: Sendable, Hashable {
    package var layout: StoreLayout
    /// A line for standard error without `warning: `, such as that a daemon is there and not used.
    package var notice: String?
    /// Whether there is nothing at that place, ever.
    package var isDummy: Bool

    package init(layout: StoreLayout, notice: String? = nil, isDummy: Bool = false) {
        self.layout = layout
        self.notice = notice
        self.isDummy = isDummy
    }
}

extension StoreChoice {
    /// Finds the store that `reference` names (`NIX_REMOTE`, else `auto`, where it is nil).
    ///
    /// `auto` is decided as in Nix: a writable state folder means the system's own store; else a daemon that listens; else,
    /// for a user other than root on a machine without Nix and without `NIX_STORE_DIR` or `NIX_STATE_DIR`, the chroot store in the
    /// user's data folder; else the system's own store. A daemon is not spoken to: the user's chroot store takes its place.
    package init(_ chosen: StoreReference?, in environment: StoreEnvironment) throws(StoreError) {
        let reference: StoreReference
        if let chosen {
            reference = chosen
        } else {
            reference = try StoreReference(
                parsing: environment.remote ?? [], workingDirectory: environment.workingDirectory)
        }
        let root = reference.parameters["root"].map(RealPath.init)
        switch reference.kind {
        case .local(let folder):
            self.init(layout: Self.layout(root: root ?? folder, reference.parameters, environment))
        case .dummy:
            self.init(layout: Self.layout(root: nil, reference.parameters, environment), isDummy: true)
        case .daemon:
            self.init(Self.insteadOfDaemon(environment))
        case .auto:
            let local = Self.layout(root: root, reference.parameters, environment)
            if FileSystem.isAccessible(local.stateDirectory, R_OK | W_OK) {
                self.init(layout: local)
            } else if try FileSystem.exists(Self.daemonSocket(local, environment)) {
                self.init(Self.insteadOfDaemon(environment))
            } else if try !FileSystem.exists(local.stateDirectory), reference.parameters.isEmpty,
                !environment.userIsRoot, environment.storeDirectory == nil, environment.stateDirectory == nil
            {
                let chroot = environment.dataDirectory.appending("root")
                let isNew = try !FileSystem.exists(chroot)
                self.init(
                    layout: StoreLayout(chroot: chroot),
                    notice: isNew
                        ? "'\(local.stateDirectory)' does not exist, so Nix will use '\(chroot)' as a chroot store"
                        : nil)
            } else {
                self.init(layout: local)
            }
        }
        layout.allowsSymbolicLinkAsStore = environment.allowsSymbolicLinkAsStore
    }

    private init(_ other: StoreChoice) { self = other }

    private static func insteadOfDaemon(_ environment: StoreEnvironment) -> StoreChoice {
        let chroot = environment.dataDirectory.appending("root")
        return StoreChoice(
            layout: StoreLayout(chroot: chroot),
            notice: "a Nix daemon is running, but nixlite does not speak to it yet; using '\(chroot)' as a chroot store"
        )
    }

    private static func daemonSocket(_ layout: StoreLayout, _ environment: StoreEnvironment) -> RealPath {
        environment.daemonSocket ?? layout.stateDirectory.appending("daemon-socket/socket")
    }

    private static func layout(
        root: RealPath?, _ parameters: [String: [UInt8]], _ environment: StoreEnvironment
    ) -> StoreLayout {
        func place(_ parameter: String, below folder: String, else fallback: RealPath) -> RealPath {
            let chosen = parameters[parameter].map(RealPath.init) ?? root?.appending(folder) ?? fallback
            return chosen.normalised(relativeTo: environment.workingDirectory)
        }
        let logical = (parameters["store"].map(RealPath.init) ?? environment.storeDirectory ?? "/nix/store")
            .normalised(relativeTo: environment.workingDirectory)
        return StoreLayout(
            storeDirectory: StoreDirectory(ByteString(logical.bytes)),
            realStoreDirectory: place("real", below: "nix/store", else: logical),
            stateDirectory: place(
                "state", below: "nix/var/nix",
                else: environment.stateDirectory ?? environment.systemStateDirectory),
            logDirectory: place("log", below: "nix/var/log/nix", else: environment.logDirectory ?? "/nix/var/log/nix"))
    }
}
