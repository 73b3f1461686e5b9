import Glibc
package import NixEval
package import NixFormats
import NixStore
import NixSyntax

/// The world as evaluation sees it: this machine's files and environment, and a store.
///
/// Store objects are computed, not written, until a build needs them (`PendingObjects`). Paths below the logical store folder are
/// looked up where the store really is.
package final class StoreHost: EvaluationHost {
    /// What the host is allowed and told.
    package struct Options: Sendable {
        package var system = StoreHost.machineSystem
        package var build = BuildOptions()
        package var signatures = SignatureOptions()
        /// Absolute.
        package var currentDirectory = Paths.currentDirectory()
        /// `environmentVariable` answers nothing (pure evaluation).
        package var hidesEnvironment = false
        /// Store paths are only computed: what was not in the store before is not there (`nix-instantiate --eval`).
        package var writesNothing = false
        /// A placeholder of a package is an error.
        package var forbidsPlaceholders = false
        package var dirtyTrees = DirtyTrees()
        /// Seconds for which what was found at an address is taken for what is there.
        package var fetchLifetime: Int64 = 3600

        package init() {}
    }

    package let access: StoreAccess
    package let options: Options
    let services: BuildServices
    let cancellation: Cancellation
    let eventReporter: BuildReporter
    var pending = PendingObjects()
    /// What may be read; nil allows everything.
    var policy: AccessPolicy?
    let fetches: FetchCache
    private var bundled = BundledFiles()
    /// Where the trees of flakes and their inputs came from.
    var origins: [StorePath: TreeOrigin] = [:]
    /// Made when it is first needed.
    var openSubstituters: Substituters?
    /// Warnings of changed work trees that were given.
    var toldOfTrees: Set<String> = []
    /// The placeholders whose store paths were asked for.
    package private(set) var placeholders: Set<String> = []
    private let startTime = Int64(time(nil))

    package init(
        access: StoreAccess, options: Options, services: BuildServices, cancellation: Cancellation,
        report: @escaping BuildReporter
    ) {
        self.access = access
        self.options = options
        self.services = services
        self.cancellation = cancellation
        eventReporter = report
        fetches = FetchCache(services.environment, lifetime: options.fetchLifetime)
    }

    package var storeDirectory: StoreDirectory { access.layout.storeDirectory }
    package var currentSystem: String { options.system }
    package var currentTime: Int64 { startTime }
    package var currentDirectory: String { options.currentDirectory }

    package func environmentVariable(_ name: [UInt8]) -> [UInt8]? {
        guard !options.hidesEnvironment, !name.contains(0) else { return nil }
        guard let value = getenv(String(decoding: name, as: UTF8.self)) else { return nil }
        return Array(UnsafeRawBufferPointer(start: value, count: strlen(value)))
    }

    /// Where a logical path really is.
    func realPath(_ path: [UInt8]) -> String {
        String(decoding: access.layout.realPath(logical: path)?.bytes ?? path, as: UTF8.self)
    }

    package func readFile(_ path: [UInt8]) throws(HostError) -> [UInt8] {
        try policy?.require(path)
        if BundledFiles.contains(path) {
            if let contents = bundled.contents(path) { return contents }
            throw missing(path)
        }
        do throws(FileOperationError) {
            return try SmallFile.readAsNix(realPath(path))
        } catch {
            try requireExistence(path)
            try refuseDirectory(path)
            throw HostError(error.description)
        }
    }

    package func fileType(_ path: [UInt8]) throws(HostError) -> FileType? {
        if BundledFiles.contains(path) { return bundled.type(path) }
        try policy?.require(path)
        var status = stat()
        guard lstat(realPath(path), &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw HostError(
                "getting status of \"\(String(decoding: path, as: UTF8.self))\": \(String(cString: strerror(errno)))")
        }
        return Self.type(status.st_mode)
    }

    package func readDirectory(_ path: [UInt8]) throws(HostError) -> [(name: [UInt8], type: FileType)] {
        if BundledFiles.contains(path) {
            if let entries = bundled.entries(path) { return entries }
            throw missing(path)
        }
        try policy?.require(path)
        let folder = realPath(path)
        do throws(FileOperationError) {
            let entries = try FolderListing.entries(RealPath(folder)).map { name, kind in (name, Self.type(kind)) }
            guard let policy else { return entries }
            return entries.filter {
                policy.allows((path == [UInt8(ascii: "/")] ? [] : path) + [UInt8(ascii: "/")] + $0.0)
            }
        } catch {
            try requireExistence(path)
            if !(try isDirectory(path)) {
                let target = try resolveSymbolicLinks(path)
                throw HostError(
                    "cannot read directory \"\(String(decoding: target, as: UTF8.self))\": Not a directory")
            }
            throw HostError(error.description)
        }
    }

    /// Throws what Nix says of a path that is not there.
    func requireExistence(_ path: [UInt8]) throws(HostError) {
        guard try fileType(path) == nil else { return }
        throw missing(path)
    }

    /// Throws where a folder stands in place of a file, in the words of who tries to read as many bytes as it has.
    func refuseDirectory(_ path: [UInt8]) throws(HostError) {
        guard try isDirectory(path) else { return }
        var status = stat()
        let size = stat(realPath(path), &status) == 0 ? status.st_size : 0
        throw HostError("read of \(size) bytes: Is a directory")
    }

    func isDirectory(_ path: [UInt8]) throws(HostError) -> Bool {
        try fileType(try resolveSymbolicLinks(path)) == .directory
    }

    package func resolveSymbolicLinks(_ path: [UInt8]) throws(HostError) -> [UInt8] {
        if BundledFiles.contains(path) { return path }
        try policy?.require(path)
        guard let resolved = realpath(realPath(path), nil) else {
            if errno == ENOENT { throw missing(path) }
            let text = String(decoding: path, as: UTF8.self)
            throw HostError("resolving symlinks of \"\(text)\": \(String(cString: strerror(errno)))")
        }
        defer { free(resolved) }
        let bytes = Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
        return access.layout.logicalPath(real: RealPath(bytes))?.bytes ?? bytes
    }

    package func notePlaceholder(_ name: String) throws(HostError) {
        if options.forbidsPlaceholders {
            throw HostError(
                "the package 'pkgs.\(name)' is a placeholder, and --no-placeholders forbids those\nhint: it would come from nixpkgs; use --nixpkgs locked"
            )
        }
        placeholders.insert(name)
    }

    package func report(_ line: [UInt8]) {
        eventReporter(.text(line))
    }

    private static func type(_ mode: mode_t) -> FileType {
        switch mode & S_IFMT {
        case S_IFREG: .regular
        case S_IFDIR: .directory
        case S_IFLNK: .symlink
        default: .unknown
        }
    }

    /// The system of this machine, such as `x86_64-linux`.
    package static let machineSystem: String = {
        var name = utsname()
        guard uname(&name) == 0 else { return "x86_64-linux" }
        let machine = withUnsafeBytes(of: &name.machine) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return "\(machine)-linux"
    }()
}
