import NixEval
import NixFormats

/// What an evaluation may read in pure and in restricted mode.
///
/// Source: "pure-eval" and "restrict-eval" in the Nix manual.
struct AccessPolicy {
    /// Words for why something is refused.
    private let reason: String
    private let storeDirectory: StoreDirectory
    /// Absolute, normalised paths; what lies in them may be read.
    private var allowed: [[UInt8]] = []
    private var objects: Set<StorePath> = []

    /// - Parameter isPure: pure, else restricted.
    init(isPure: Bool, storeDirectory: StoreDirectory) {
        reason =
            isPure ? "in pure evaluation mode (use '--impure' to override)" : "in restricted mode"
        self.storeDirectory = storeDirectory
    }

    mutating func allow(_ path: String) { allowed.append(Array(Paths.normalised(path).utf8)) }
    mutating func allow(_ path: StorePath) { objects.insert(path) }

    /// Whether a path may be looked at: it lies in an allowed one or on the way to one.
    func allows(_ path: [UInt8]) -> Bool {
        if BundledFiles.contains(path) { return true }
        if allowed.contains(where: { Self.contains($0, path) || Self.contains(path, $0) }) { return true }
        guard let object = try? storeDirectory.parsePrefix(ByteString(path)).path else {
            let store = storeDirectory.path.bytes
            return !objects.isEmpty && Self.contains(path, store)
        }
        return objects.contains(object)
    }

    private static func contains(_ folder: [UInt8], _ path: [UInt8]) -> Bool {
        if folder == [UInt8(ascii: "/")] { return true }
        return path.starts(with: folder) && (path.count == folder.count || path[folder.count] == UInt8(ascii: "/"))
    }

    /// - Throws: `HostError` in Nix's words where the path may not be looked at.
    func require(_ path: [UInt8]) throws(HostError) {
        guard !allows(path) else { return }
        throw HostError(
            "access to absolute path '\(String(decoding: path, as: UTF8.self))' is forbidden \(reason)",
            isForbidden: true)
    }
}
