package import NixEval
package import NixFormats
package import NixStore

/// What the command `copy` does with binary caches.
extension StoreHost {
    /// Makes objects of a binary cache valid, with all that they refer to.
    package func copyClosure(_ paths: [StorePath], from url: String) throws(HostError) {
        let policy = try options.signatures.policy()
        let name = paths.first.map(Self.progressName) ?? url
        try withCache(url, name: name) { (cache, store, workspace, report) async throws(StoreError) in
            try await ClosureCopy(
                from: cache, to: store, policy: policy, staging: workspace.staging, partials: workspace.partials,
                report: report
            ).copy(paths)
        }
    }

    /// The folder that the URL of a binary cache on this machine names, and how its parameters say to write there.
    package func cacheFolder(_ text: String) throws(HostError) -> (RealPath, BinaryCacheWriter.Options) {
        var options = BinaryCacheWriter.Options()
        let url: InputURL
        var warnings: [String] = []
        do throws(InputError) {
            url = try InputURL(parsing: text, isLenient: false, warnings: &warnings)
        } catch {
            throw HostError("Cannot parse Nix store '\(text)'")
        }
        guard url.scheme == "file" else {
            throw HostError("don't know how to write to a binary cache with scheme '\(url.scheme)'")
        }
        for (name, value) in url.query.sorted(by: { $0.key < $1.key }) {
            switch name {
            case "compression":
                guard let compression = NARInfo.Compression.allCases.first(where: { $0.rawValue == value }) else {
                    throw HostError("option 'compression' has invalid value '\(value)'")
                }
                options.compression = compression
            case "secret-key": options.keys = [try SignatureOptions.secretKey(in: value)]
            default: throw HostError("setting '\(name)' of a binary cache is not supported by this version of nixlite")
            }
        }
        return (RealPath(url.plainPath), options)
    }
}
