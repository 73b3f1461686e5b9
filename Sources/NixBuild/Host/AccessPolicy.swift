import NixEval
import NixFormats
import NixStore

/// What an evaluation may read in pure and in restricted mode.
///
/// Source: "pure-eval" and "restrict-eval" in the Nix manual.
struct AccessPolicy {
    /// Words for why something is refused.
    private let reason: String
    private let storeDirectory: StoreDirectory
    /// Absolute, normalised paths; what lies in them may be read.
    private var allowed: [RealPath] = []
    private var objects: Set<StorePath> = []

    /// - Parameter isPure: pure, else restricted.
    init(isPure: Bool, storeDirectory: StoreDirectory) {
        reason =
            isPure ? "in pure evaluation mode (use '--impure' to override)" : "in restricted mode"
        self.storeDirectory = storeDirectory
    }

    mutating func allow(_ path: String) { allowed.append(RealPath(Paths.normalised(path))) }
    mutating func allow(_ path: StorePath) { objects.insert(path) }

    /// Whether a path may be looked at: it lies in an allowed one or on the way to one.
    func allows(_ path: [UInt8]) -> Bool {
        if BundledFiles.contains(path) { return true }
        let place = RealPath(path)
        if allowed.contains(where: { place.isInside($0) || $0.isInside(place) }) { return true }
        guard let object = try? storeDirectory.parsePrefix(ByteString(path)).path else {
            return !objects.isEmpty && RealPath(storeDirectory.path.bytes).isInside(place)
        }
        return objects.contains(object)
    }

    /// - Throws: `HostError` in Nix's words where the path may not be looked at.
    func require(_ path: [UInt8]) throws(HostError) {
        guard !allows(path) else { return }
        throw HostError(
            "access to absolute path '\(String(decoding: path, as: UTF8.self))' is forbidden \(reason)",
            isForbidden: true)
    }
}
