import Glibc

/// What the choice of a store depends on: environment variables, the user and the place of a system-wide Nix.
///
/// Empty variables count as unset, as in Nix.
package struct StoreEnvironment: Sendable {
    /// Logical store folder (`NIX_STORE_DIR`, `NIX_STORE`).
    package var storeDirectory: RealPath?
    /// `NIX_STATE_DIR`.
    package var stateDirectory: RealPath?
    /// `NIX_LOG_DIR`.
    package var logDirectory: RealPath?
    /// The store asked for where no `--store` is given (`NIX_REMOTE`).
    package var remote: [UInt8]?
    /// `NIX_DAEMON_SOCKET_PATH`.
    package var daemonSocket: RealPath?
    /// The user's data folder for Nix: `NIX_DATA_HOME`, else `nix` in `XDG_DATA_HOME`, else `~/.local/share/nix`.
    package var dataDirectory: RealPath
    /// `NIX_IGNORE_SYMLINK_STORE`.
    package var allowsSymbolicLinkAsStore: Bool
    package var userIsRoot: Bool
    package var workingDirectory: RealPath
    /// Where a system-wide Nix has its state.
    package var systemStateDirectory: RealPath = "/nix/var/nix"

    package init(
        storeDirectory: RealPath? = nil, stateDirectory: RealPath? = nil, logDirectory: RealPath? = nil,
        remote: [UInt8]? = nil, daemonSocket: RealPath? = nil, dataDirectory: RealPath,
        allowsSymbolicLinkAsStore: Bool = false, userIsRoot: Bool, workingDirectory: RealPath
    ) {
        self.storeDirectory = storeDirectory
        self.stateDirectory = stateDirectory
        self.logDirectory = logDirectory
        self.remote = remote
        self.daemonSocket = daemonSocket
        self.dataDirectory = dataDirectory
        self.allowsSymbolicLinkAsStore = allowsSymbolicLinkAsStore
        self.userIsRoot = userIsRoot
        self.workingDirectory = workingDirectory
    }

    /// The environment of this process.
    package static func current() throws(StoreError) -> StoreEnvironment {
        let home = RealPath(variable("HOME") ?? homeOfUser())
        let dataDirectory =
            variable("NIX_DATA_HOME").map(RealPath.init)
            ?? variable("XDG_DATA_HOME").map { RealPath($0).appending("nix") } ?? home.appending(".local/share/nix")
        return StoreEnvironment(
            storeDirectory: (variable("NIX_STORE_DIR") ?? variable("NIX_STORE")).map(RealPath.init),
            stateDirectory: variable("NIX_STATE_DIR").map(RealPath.init),
            logDirectory: variable("NIX_LOG_DIR").map(RealPath.init),
            remote: variable("NIX_REMOTE"),
            daemonSocket: variable("NIX_DAEMON_SOCKET_PATH").map(RealPath.init),
            dataDirectory: dataDirectory,
            allowsSymbolicLinkAsStore: variable("NIX_IGNORE_SYMLINK_STORE") == Array("1".utf8),
            userIsRoot: geteuid() == 0,
            workingDirectory: try FileSystem.workingDirectory())
    }

    private static func variable(_ name: String) -> [UInt8]? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return Array(UnsafeRawBufferPointer(start: value, count: strlen(value)))
    }

    /// The home directory that the user database names, `/` where it knows none.
    private static func homeOfUser() -> [UInt8] {
        guard let entry = getpwuid(geteuid()), let home = entry.pointee.pw_dir else { return [UInt8(ascii: "/")] }
        return Array(UnsafeRawBufferPointer(start: home, count: strlen(home)))
    }
}
