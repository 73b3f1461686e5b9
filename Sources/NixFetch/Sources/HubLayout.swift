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

    /// Writes links and refs; the blobs are the caller's.
    func write(into staging: DirectoryTree) throws(FetchError) {
        do throws(FileAccess.Failure) {
            _ = try staging.directory([Array("blobs".utf8)])
            _ = try staging.directory([Array("snapshots".utf8), Array(commit.utf8)])
            for file in files {
                let depth = file.path.utf8.count { $0 == UInt8(ascii: "/") }
                let target = String(repeating: "../", count: depth + 2) + "blobs/\(file.blob)"
                try staging.makeLink("snapshots/\(commit)/\(file.path)".utf8, to: target.utf8)
            }
            try staging.writeFile("refs/main", Array("\(commit)\n".utf8))
            if revision != "main", revision != commit {
                try staging.writeFile("refs/\(revision)", Array("\(commit)\n".utf8))
            }
        } catch {
            throw error.fetchError
        }
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
