import Glibc
import NixBuild
import NixStore

/// The lines that were typed in earlier sessions, in a file of the user's.
struct LineHistory {
    private let file: String?
    /// How many lines are kept.
    private static let limit = 1000

    /// `repl-history` in the user's data folder (XDG base directories); nowhere without a home.
    init() {
        let home = EnvironmentVariable.value("HOME").map { "\($0)/.local/share" }
        file = (EnvironmentVariable.value("XDG_DATA_HOME") ?? home).map { "\($0)/nixlite/repl-history" }
    }

    /// The lines, oldest first.
    func read() -> [[UInt8]] {
        guard let file, let bytes = try? SmallFile.read(file) else { return [] }
        return bytes.split(separator: UInt8(ascii: "\n")).suffix(Self.limit).map(Array.init)
    }

    /// Adds a line; that it cannot be written is no reason to stop.
    func append(_ line: [UInt8]) {
        guard let file else { return }
        try? FileModes.makeFolders(RealPath(Paths.parent(file)))
        let descriptor = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = line + [UInt8(ascii: "\n")]
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    /// Drops all but the newest lines.
    func trim() {
        guard let file, let bytes = try? SmallFile.read(file) else { return }
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        guard lines.count > 2 * Self.limit else { return }
        let kept = lines.suffix(Self.limit).flatMap { $0 + [UInt8(ascii: "\n")] }
        try? SmallFile.write(file, kept, mode: 0o600)
    }
}
