import Glibc
import NixStore

/// What a repository's `.gitattributes` say of its files.
extension GitCommand {
    /// As many paths as one run of git is asked about.
    private static let pathsPerRun = 500

    /// Those of `paths`, and of the folders above them, that have the attribute `export-ignore`.
    ///
    /// - Parameters:
    ///   - root: the folder of the files.
    ///   - workTree: the folder that says which paths are folders: Nix knows that of a work tree only, and elsewhere takes
    ///     none for one.
    ///   - tree: the flags that make git look there.
    func ignoredExports(_ paths: [String], in root: String, workTree: String?, _ tree: [String]) throws(GitError)
        -> [String]
    {
        guard mentions("export-ignore", paths, in: root) else { return [] }
        var all = Set(paths)
        for path in paths {
            var folder = path
            while let slash = folder.lastIndex(of: "/") {
                folder = String(folder[..<slash])
                guard all.insert(folder).inserted else { break }
            }
        }
        // Only a folder is matched by a pattern that ends with a slash.
        let asked = all.sorted().map { path in
            workTree.map { isFolder("\($0)/\(path)") } == true ? path + "/" : path
        }
        var ignored: [String] = []
        for start in stride(from: 0, to: asked.count, by: Self.pathsPerRun) {
            let some = asked[start..<min(start + Self.pathsPerRun, asked.count)]
            let answers = Self.parts(try run(tree + ["check-attr", "-z", "export-ignore", "--"] + some))
            for index in stride(from: 0, to: answers.count - 2, by: 3) where answers[index + 2] == "set" {
                ignored.append(answers[index].hasSuffix("/") ? String(answers[index].dropLast()) : answers[index])
            }
        }
        return ignored
    }

    /// Puts the files in LFS where a commit has only pointers to them.
    func fillLargeFiles(
        _ paths: [String], of commit: String, _ request: Request, in target: RealPath
    ) throws(GitError) {
        guard let largeFiles, mentions("filter=lfs", paths, in: target.description) else { return }
        let begin = Array("version https://git-lfs.github.com/spec/v1".utf8)
        let pointers = paths.filter { path in
            let file = target.appending(path).description
            return isRegular(file) && SmallFile.begins(file, with: begin)
        }
        guard !pointers.isEmpty else { return }
        let place = folder.extended(by: "-large")
        try largeFiles(request.local ?? request.url, commit, place)
        for path in pointers {
            let file = target.appending(path).description
            var status = stat()
            // A pointer that the repository does not keep in LFS is there as it is.
            guard lstat(file, &status) == 0, rename(place.appending(path).description, file) == 0,
                chmod(file, status.st_mode & 0o777) == 0
            else { throw GitError(message: "replacing '\(path)': \(String(cString: strerror(errno)))") }
        }
        do { try TreeRemoval.remove(place) } catch { throw GitError(message: error.message) }
    }

    /// Whether a folder is at `path`, and no link to one.
    private func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether a file is at `path`, and no link to one.
    private func isRegular(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Whether any file of attributes among `paths` has this text.
    private func mentions(_ text: String, _ paths: [String], in root: String) -> Bool {
        paths.contains { path in
            guard path == ".gitattributes" || path.hasSuffix("/.gitattributes"),
                let contents = try? SmallFile.read("\(root)/\(path)")
            else { return false }
            return String(decoding: contents, as: UTF8.self).contains(text)
        }
    }
}
