import NixFormats

/// The invented repository: every file holds a line of JSON that names it, laid out as a hub repository is.
///
/// Unlike upstream's it has no timestamp, so that it has a hash.
struct MockSource: FileSource {
    let repository: ModelSource.MockRepository

    /// Writes the tree.
    func fetch(into workspace: Workspace) throws(FetchError) -> FetchedModel {
        var layout = HubLayout(commit: repository.commit, revision: repository.revision)
        var bytes: Int64 = 0
        for path in repository.files {
            try NetworkNames.check(path: path, from: "source.mock.files")
            let members = [("org", repository.org), ("model", repository.model), ("file", path)]
                .map { ",\"\($0.0)\":\(JSONValue.quoted($0.1))" }.joined()
            let content = Array("{\"mock\":true\(members)}\n".utf8)
            let hash = Digester.sha256(content)
            do {
                if layout.add(path: path, sha256: hash) {
                    try workspace.staging.writeFile("blobs/\(hash.base16)", content)
                }
            } catch {
                throw error.fetchError
            }
            bytes += Int64(content.count)
        }
        try layout.write(into: workspace.staging)
        return FetchedModel(
            files: repository.files.count, bytes: bytes, commit: repository.commit,
            upstreamOmissions: layout.upstreamOmissions)
    }
}
