import Glibc
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
                let archive = workspace.staging.path.appending("archive")
                try download(request.url, to: archive, workspace, expected: nil)
                tree = try unpack(archive, into: tree, request.url)
            } else {
                try download(request.url, to: tree, workspace, expected: nil)
                if request.isExecutable { try makeExecutable(tree) }
            }
            let staged = try stored { () throws(StoreError) in
                try access.store().examine(tree, method: method, algorithm: algorithm)
            }
            let got = staged.address.hash
            if let expected = request.expected, expected != got {
                throw HostError(
                    "hash mismatch in file downloaded from '\(URLText.redacted(request.url))':\n  specified: \(expected.printed(.nix32, withAlgorithm: true))\n  got:       \(got.printed(.nix32, withAlgorithm: true))"
                )
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

    private func unpack(_ archive: RealPath, into folder: RealPath, _ url: String) throws(HostError) -> RealPath {
        try makeFolder(folder)
        let report: UnpackReport
        do throws(FetchError) {
            report = try Unpacker().unpack(archive.description, into: folder.description, name: url)
        } catch {
            throw HostError("failed to extract archive: \(error.message)")
        }
        switch report.topLevel.count {
        case 0: throw HostError("archive '\(URLText.redacted(url))' is empty")
        case 1: return folder.appending(report.topLevel[0])
        default: return folder
        }
    }

    private func makeExecutable(_ path: RealPath) throws(HostError) {
        guard chmod(path.description, 0o755) == 0 else {
            throw HostError("changing the mode of \"\(path)\": \(String(cString: strerror(errno)))")
        }
    }
}
