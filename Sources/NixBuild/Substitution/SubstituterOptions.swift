import NixFormats

/// Which binary caches builds ask, and how, as Nix's settings say it.
package struct SubstituterOptions: Sendable {
    /// One cache.
    package struct Source: Sendable, Equatable {
        /// With its parameters.
        package var url: String
        /// Whether nobody chose it: then it is not asked for what nixlite fetches itself.
        package var isDefault: Bool

        package init(url: String, isDefault: Bool = false) {
            self.url = url
            self.isDefault = isDefault
        }
    }

    /// `substituters`, in their order.
    package var sources: [Source] = []
    /// `substitute`.
    package var isUsed = true
    /// `fallback`: build what could not be fetched.
    package var fallsBack = false
    /// `always-allow-substitutes`: derivations may not refuse to be substituted.
    package var ignoresRefusals = false
    /// `max-substitution-jobs`: objects that are fetched at the same time.
    package var jobs = 16

    package init() {}

    /// Whether a cache may have the outputs of a derivation.
    func allow(_ derivation: Derivation) -> Bool {
        isUsed && !sources.isEmpty && (ignoresRefusals || derivation.allowsSubstitutes)
    }
}

extension Derivation {
    /// `allowSubstitutes`, which is on unless the derivation says otherwise.
    fileprivate var allowsSubstitutes: Bool {
        if let json = environment["__json"] {
            guard case .some(.object(let members)) = try? JSONValue(parsing: json),
                case .some(.bool(let flag)) = members["allowSubstitutes"]
            else { return true }
            return flag
        }
        return environment["allowSubstitutes"].map { $0 == "1" } ?? true
    }

    /// Whether a builder of nixlite's own makes it, out of a source that it names or of what is in the store.
    var isFetchedHere: Bool { builder == "builtin:fetchurl" || builder.hasPrefix("builtin:nixlite-") }
}
