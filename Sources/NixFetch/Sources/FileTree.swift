/// Files of a server that are laid out under their own paths: what most sources make.
///
/// Collects what to download and what is known already, downloads all, and hashes the NAR meanwhile.
struct FileTree {
    /// Whose paths these are, for messages.
    private let owner: String
    private let workspace: Workspace
    private var jobs: [FileJob] = []
    private var contents: [(path: String, bytes: [UInt8])] = []
    private var tree = TreeNode.directory([:])
    private var files: Set<[UInt8]> = []
    private var directories: Set<[UInt8]> = []

    init(owner: String, workspace: Workspace) {
        self.owner = owner
        self.workspace = workspace
    }

    /// Adds a file to download.
    mutating func add(_ request: FileRequest, at path: String) throws(FetchError) {
        try reserve(path)
        let (directories, name) = DirectoryTree.split(path.utf8)
        let target: Descriptor
        do { target = try workspace.staging.directory(directories) } catch { throw error.fetchError }
        let job = FileJob(request: request, target: target, name: String(decoding: name, as: UTF8.self))
        jobs.append(job)
        tree.insert(.download(key: job.key), at: path.utf8)
    }

    /// Adds a small file whose bytes are there.
    mutating func add(_ bytes: [UInt8], at path: String) throws(FetchError) {
        try reserve(path)
        contents.append((path, bytes))
        tree.insert(.bytes(bytes), at: path.utf8)
    }

    /// Throws when a path is refused, is there twice, or is a folder of another one, which no tree can hold.
    private mutating func reserve(_ path: String) throws(FetchError) {
        try NetworkNames.check(path: path, from: owner)
        let bytes = Array(path.utf8)
        guard files.insert(bytes).inserted else {
            throw FetchError(.verification, "\(owner) lists '\(path.printable)' twice")
        }
        var clash = directories.contains(bytes) ? path : nil
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "/") {
            let directory = Array(bytes[..<index])
            directories.insert(directory)
            if files.contains(directory) { clash = String(decoding: directory, as: UTF8.self) }
        }
        guard let clash else { return }
        throw FetchError(.verification, "\(owner) has '\(clash.printable)' as a file and as a folder")
    }

    /// Downloads and writes everything.
    ///
    /// - Parameter translate: puts a failed request into the source's own words.
    func fetch(
        _ context: FetchContext,
        translate: @escaping @Sendable (FileRequest, TransferError) -> FetchError = { $1.fetchError }
    ) async throws(FetchError) -> FetchedModel {
        let batch = FileBatch(context: context, workspace: workspace, jobs: jobs, translate: translate)
        let (fetched, nar) = try await batch.run(hashing: TreePlan(named: []) { [tree] _ in tree })
        for content in contents {
            do { try workspace.staging.writeFile(content.path, content.bytes) } catch { throw error.fetchError }
        }
        let known = contents.reduce(0) { $0 + Int64($1.bytes.count) }
        return FetchedModel(
            files: jobs.count + contents.count, bytes: fetched.reduce(known) { $0 + $1.size }, nar: nar)
    }
}
