import Glibc
package import NixFormats
package import NixStore

/// Links such as `result`, which keep what they point to from being collected.
///
/// A link points to the real place. Where that is the logical one too, Nix's collector takes it for a root, by way of
/// `gcroots/auto`.
package struct ResultLinks {
    private let access: StoreAccess

    package init(access: StoreAccess) {
        self.access = access
    }

    /// Links all outputs, the first result as `result` and `result-dev`, the second as `result-1` and `result-1-dev`.
    ///
    /// - Parameter name: absolute, or relative to the working folder.
    package func make(_ results: [BuildResult], name: String) throws(ProjectError) {
        do {
            for (index, result) in results.enumerated() {
                for output in result.outputs {
                    let suffix = (index == 0 ? "" : "-\(index)") + (output.name == "out" ? "" : "-\(output.name)")
                    try make(RealPath(Paths.absolute(name + suffix, from: Paths.currentDirectory())), to: output.path)
                }
            }
        } catch {
            throw ProjectError("\(error)")
        }
    }

    /// Makes one link and the root that points to it.
    package func make(_ link: RealPath, to path: StorePath) throws {
        if Paths.existsWithoutFollowing(link.description), (try? LinkTarget.read(link)) == nil {
            throw ProjectError("cannot create symlink \"\(link)\"; already exists")
        }
        try LinkTarget.replace(link, with: access.layout.realPath(path).bytes)
        let roots = access.layout.stateDirectory.appending("gcroots/auto")
        try FileModes.makeFolders(roots)
        let name = Digester.hash(.sha1, link.bytes).nix32
        try LinkTarget.replace(roots.appending(name.bytes), with: link.bytes)
    }
}
