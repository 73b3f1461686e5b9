import NixBuild
import NixSyntax

/// Texts that are named on the command line.
enum CommandSource {
    /// An expression, a file, a folder with a `default.nix`, or standard input for `-`.
    static func read(_ name: String, isExpression: Bool, folder: String) throws(CommandFailure) -> SourceFile {
        if isExpression { return SourceFile(origin: .string, directory: folder, bytes: Array(name.utf8)) }
        var path = name == "-" ? "/dev/stdin" : Paths.absolute(name, from: folder)
        if Paths.isDirectory(path) { path += "/default.nix" }
        guard Paths.exists(path) else { throw CommandFailure("path '\(path)' does not exist") }
        do throws(FileOperationError) {
            let bytes = try SmallFile.read(path)
            return name == "-"
                ? SourceFile(origin: .standardInput, directory: folder, bytes: bytes)
                : SourceFile(origin: .file(path), directory: Paths.parent(path), bytes: bytes)
        } catch {
            throw CommandFailure(error.description)
        }
    }
}
