import NixFormats

/// What Xet calls the large files of one commit, by their SHA-256 in hexadecimal.
struct XetContents: Sendable {
    let service: XetService
    let names: [String: XetHash]

    /// Where a content is to be had in chunks; nil where Xet does not have it.
    subscript(sha256: String) -> XetFile? {
        names[sha256].map { XetFile(id: $0, service: service) }
    }
}

/// A repository of a hub by the address that git knows it by.
struct XetRepository: Sendable, Equatable {
    /// The hub's address, without a final `/`.
    let base: String
    let kind: ModelSource.HubRepository.Kind
    let name: String

    /// Reads `https://hub/[datasets/|spaces/][org/]name[.git]`; nil for what cannot be one.
    ///
    /// - Parameter endpoint: the hub's own address, where it is another one than that of its repositories.
    init?(_ url: URLReference, endpoint: String?) {
        var parts = url.path.split(separator: "/").map(String.init)
        guard var last = parts.popLast() else { return nil }
        if last.hasSuffix(".git") { last.removeLast(4) }
        parts.append(last)
        switch parts.first {
        case "datasets" where parts.count > 1: kind = .dataset
        case "spaces" where parts.count > 1: kind = .space
        default: kind = .model
        }
        if kind != .model { parts.removeFirst() }
        name = parts.joined(separator: "/")
        guard (try? HubNames.check(repository: name)) != nil else { return nil }
        base = (endpoint ?? url.redactedOrigin).withoutFinalSlashes
    }
}
