package import NixEval
import NixFetch
package import NixFormats
import NixStore

/// A file or archive that is to be in the store, by its address.
package struct PrefetchRequest: Sendable {
    package var url: String
    /// The name of the store object; nil takes the last part of the address.
    package var name: String?
    package var algorithm = HashAlgorithm.sha256
    /// The hash that the object must have.
    package var expected: NixHash?
    /// Takes the contents of an archive.
    package var unpacks = false
    /// Makes the file executable.
    package var isExecutable = false

    package init(url: String) { self.url = url }
}

extension StoreHost {
    /// Fetches into the store and returns where the object is and its hash: of the file's bytes, or of a NAR where it is a
    /// tree or executable.
    ///
    /// What is there already under the expected hash is not fetched again.
    package func prefetch(_ request: PrefetchRequest) throws(HostError) -> (path: StorePath, hash: NixHash) {
        let name = try prefetchName(request)
        let method: ContentAddressMethod = request.unpacks || request.isExecutable ? .nar : .flat
        let algorithm = request.expected?.algorithm ?? request.algorithm
        if let expected = request.expected, let known = try validObject(name, method, expected) {
            return (known, expected)
        }
        return try withWorkspace { (workspace) throws(HostError) -> (path: StorePath, hash: NixHash) in
            var tree = workspace.tree
            if request.unpacks {
                let names = try downloadArchive(request.url, into: tree, workspace).topLevel
                if names.isEmpty { throw HostError("archive '\(URLText.redacted(request.url))' is empty") }
                if names.count == 1 { tree = tree.appending(names[0]) }
            } else {
                try download(request.url, to: tree, workspace, expected: nil)
                if request.isExecutable { try filed { () throws(BuildFailure) in try FileModes.makeExecutable(tree) } }
            }
            let staged = try stored { () throws(StoreError) in
                try access.store().examine(tree, method: method, algorithm: algorithm)
            }
            let got = staged.address.hash
            if let expected = request.expected, expected != got {
                throw Self.mismatch(request.url, specified: expected, got: got)
            }
            let info = try stored { () throws(StoreError) in
                try access.store().addFixedOutput(staged, name: ByteString(name))
            }
            return (info.path, got)
        }
    }

    private func prefetchName(_ request: PrefetchRequest) throws(HostError) -> String {
        if let name = request.name { return try checked(name) }
        let path = request.url.prefix { $0 != "?" && $0 != "#" }
        let last = path.split(separator: "/", omittingEmptySubsequences: true).dropFirst().last.map(String.init) ?? ""
        let name = PercentEncoding.decode(last) ?? last
        guard !name.isEmpty else {
            throw HostError("cannot figure out file name for '\(URLText.redacted(request.url))'")
        }
        return try checked(name)
    }

    private func checked(_ name: String) throws(HostError) -> String {
        if let problem = StorePathName.problem(in: Array(name.utf8)[...]) { throw HostError(problem) }
        return name
    }
}
