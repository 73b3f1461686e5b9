package import NixFormats

/// Whose word is good enough for objects whose path does not follow from their content.
package struct SignaturePolicy: Sendable {
    package var trustedKeys: [PublicKey]
    /// Off, whatever a cache says of an object's path is taken (`require-sigs = false`).
    package var requiresSignatures: Bool

    package init(trustedKeys: [PublicKey], requiresSignatures: Bool = true) {
        self.trustedKeys = trustedKeys
        self.requiresSignatures = requiresSignatures
    }

    /// Whether an object's content address or a signature vouches for it, or nobody has to.
    package func accepts(_ info: NARInfo, in store: StoreDirectory) -> Bool {
        !requiresSignatures || info.isContentAddressed(store: store)
            || info.validSignatureCount(trusted: trustedKeys, store: store) > 0
    }

    /// - Throws: of kind `untrusted` for an object that neither its content address nor a signature vouches for.
    func check(_ info: NARInfo, in store: StoreDirectory) throws(StoreError) {
        guard !accepts(info, in: store) else { return }
        throw StoreError(
            .untrusted, "cannot add path '\(store.print(info.path))' because it lacks a signature by a trusted key")
    }
}
