import NixBuild
import NixStore

/// A file or folder that the command line names.
struct NamedFile {
    /// Its absolute path; a link is not followed.
    let path: RealPath
    /// The last part of its path.
    let name: String

    /// - Parameter word: the path as it is written.
    /// - Throws: `CommandFailure` in Nix's words where nothing is there.
    init(_ word: String) throws(CommandFailure) {
        let place = Paths.absolute(word, from: Paths.currentDirectory())
        guard Paths.existsWithoutFollowing(place) else { throw CommandFailure("path '\(place)' does not exist") }
        path = RealPath(place)
        name = Paths.baseName(place)
    }
}
