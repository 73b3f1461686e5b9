package import NixEval
package import NixFormats
import NixStore

/// Objects that are asked for by their own paths, and come from binary caches.
extension StoreHost {
    /// The caches that this command asks, nil where it asks none.
    func substituters() -> Substituters? {
        if let openSubstituters { return openSubstituters }
        let substitution = options.build.substitution
        guard substitution.isUsed, !substitution.sources.isEmpty else { return nil }
        // Keys that cannot be read matter only where a signature is looked at.
        let policy: Result<SignaturePolicy, StoreError>
        do throws(HostError) {
            policy = .success(try options.signatures.policy())
        } catch {
            policy = .failure(StoreError(.malformed, error.message))
        }
        let opened = Substituters(
            substitution, policy: policy, storeDirectory: storeDirectory, services: services, report: eventReporter)
        openSubstituters = opened
        return opened
    }

    /// Makes objects valid that caches have, with all that they refer to.
    ///
    /// - Parameter announces: whether to say first what will be done.
    /// - Returns: false where there is no cache to ask.
    /// - Throws: where no cache has one of them, or fetching fails.
    package func substitute(_ paths: [StorePath], announces: Bool = false) throws(HostError) -> Bool {
        guard !access.isDummy, substituters() != nil else { return false }
        let realiser = try realiser()
        do throws(RealisationError) {
            try realiser.realise([], objects: paths, announces: announces)
            return true
        } catch {
            throw HostError(error.message, buildExitCode: error.legacyExitCode)
        }
    }
}
