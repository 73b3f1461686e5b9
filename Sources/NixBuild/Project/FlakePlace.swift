import NixEval
import NixFormats
import NixStore

/// A flake: where its `flake.nix` is, and as which input the tree around it is fetched.
package struct FlakePlace: Hashable, Sendable {
    /// The folder of this machine that a person would look in; the flake's own for one that was fetched.
    package let folder: String
    /// The tree, and where in it the flake is; nil where the folder itself says what the tree is.
    let reference: InputReference?

    package init(folder: String) {
        self.folder = folder
        reference = nil
    }

    init(folder: String, reference: InputReference) {
        self.folder = folder
        self.reference = reference
    }

    /// As which input the flake is fetched: a folder in a Git work tree is that work tree's, any other stands for itself.
    var input: InputReference {
        if let reference { return reference }
        if let (root, directory) = Self.workTree(of: folder) {
            return InputReference(
                InputAttributes(["type": .string("git"), "url": .string("file://\(root)")]), directory: directory)
        }
        return Self.plain(folder)
    }

    /// A folder as an input, whatever it lies in.
    static func plain(_ folder: String) -> InputReference {
        InputReference(InputAttributes(["type": .string("path"), "path": .string(folder)]), directory: "")
    }

    /// How messages call the flake, as Nix writes its reference.
    package var name: String { input.url }

    /// The Git work tree that a folder lies in, and where in it.
    static func workTree(of folder: String) -> (root: String, directory: String)? {
        var root = folder
        var names: [String] = []
        while !Paths.exists("\(root)/.git") {
            guard root != "/" else { return nil }
            names.append(Paths.baseName(root))
            root = Paths.parent(root)
        }
        return (root, names.reversed().joined(separator: "/"))
    }
}
