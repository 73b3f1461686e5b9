import NixFormats

/// The tree of a hub repository, frozen because published hashes depend on it (Documentation/Fetching.md).
///
/// `blobs/<sha256>` for every content, `snapshots/<commit>/<path>` as relative links, `refs/main` with a newline, and
/// `refs/<revision>` with a newline when it is neither `main` nor the commit.
struct HubLayout: Sendable {
    let commit: String
    let revision: String
    private var files: [(path: String, blob: String)] = []
    private var blobs: Set<String> = []

    init(commit: String, revision: String) {
        self.commit = commit
        self.revision = revision
    }

    /// Adds a file; false when a file of the same content is there already, so that its blob exists.
    mutating func add(path: String, sha256: NixHash) -> Bool {
        let blob = "\(sha256.base16)"
        files.append((path, blob))
        return blobs.insert(blob).inserted
    }

    /// The links, by path and target.
    private var links: [(path: String, target: String)] {
        files.map { file in
            let depth = file.path.utf8.count { $0 == UInt8(ascii: "/") }
            return (
                "snapshots/\(commit)/\(file.path)", String(repeating: "../", count: depth + 2) + "blobs/\(file.blob)"
            )
        }
    }

    /// The paths of the files that hold the commit.
    private var references: [String] {
        revision == "main" || revision == commit ? ["refs/main"] : ["refs/main", "refs/\(revision)"]
    }

    private var reference: [UInt8] { Array("\(commit)\n".utf8) }

    /// Writes links and refs; the blobs are the caller's.
    func write(into staging: DirectoryTree) throws(FetchError) {
        do throws(FileAccess.Failure) {
            _ = try staging.directory([Array("blobs".utf8)])
            _ = try staging.directory([Array("snapshots".utf8), Array(commit.utf8)])
            for link in links { try staging.makeLink(link.path.utf8, to: link.target.utf8) }
            for path in references { try staging.writeFile(path, reference) }
        } catch {
            throw error.fetchError
        }
    }

    /// The same as a tree, with the blobs that `content` gives by name.
    func tree(_ content: (String) -> TreeNode) -> TreeNode {
        var root = TreeNode.directory(["blobs": .directory([:])])
        root.insert(.directory([:]), at: "snapshots/\(commit)".utf8)
        for blob in blobs { root.insert(content(blob), at: "blobs/\(blob)".utf8) }
        for link in links { root.insert(.link(target: ByteString(link.target)), at: link.path.utf8) }
        for path in references { root.insert(.bytes(reference), at: path.utf8) }
        return root
    }

    /// What upstream's fetcher, which forgets subfolders, does not have: their links, and blobs nothing else links to.
    ///
    /// Nil when there are no subfolders.
    var upstreamOmissions: [ByteString]? {
        var kept: Set<String> = []
        var omitted: Set<String> = []
        var entries: Set<ByteString> = []
        for file in files {
            if let slash = file.path.firstIndex(of: "/") {
                omitted.insert(file.blob)
                entries.insert(ByteString("snapshots/\(commit)/\(file.path[..<slash])"))
            } else {
                kept.insert(file.blob)
            }
        }
        guard !entries.isEmpty else { return nil }
        for blob in omitted.subtracting(kept) { entries.insert(ByteString("blobs/\(blob)")) }
        return entries.sorted()
    }
}
