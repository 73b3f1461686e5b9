import NixFormats

/// The name of a model in an Ollama registry: `[scheme://][host/][namespace/]model[:tag][@sha256:…]`.
struct OllamaName: Sendable, Equatable {
    let scheme: String
    /// With the port where there is one.
    let host: String
    let namespace: String
    let model: String
    let tag: String
    /// The manifest's digest, where the name asks for one.
    let digest: NixHash?

    /// Completes and checks a name; the tag of the name wins over the separate one.
    init(_ source: ModelSource.OllamaModel) throws(FetchError) {
        func refusal(_ reason: String) -> FetchError {
            FetchError(
                .badRequest, "'\(source.model.printable)' is not the name of an Ollama model: \(reason)",
                hint: "it is 'model', 'namespace/model' or 'host/namespace/model', with ':tag' behind it")
        }
        var text = source.model[...]
        scheme = text.hasPrefix("http://") ? "http" : "https"
        if let separator = text.firstRange(of: "://") {
            guard text.hasPrefix("http://") || text.hasPrefix("https://") else {
                throw refusal("its scheme is not http")
            }
            text = text[separator.upperBound...]
        }
        if let at = text.lastIndex(of: "@") {
            do {
                digest = try NixHash(parsing: ByteString(String(text[text.index(after: at)...])), expected: .sha256)
            } catch {
                throw refusal("its digest is malformed")
            }
            text = text[..<at]
        } else {
            digest = nil
        }
        var parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...3).contains(parts.count) else { throw refusal("it has \(parts.count) parts") }
        var tag = source.tag
        if let last = parts.last, let colon = last.lastIndex(of: ":") {
            tag = String(last[last.index(after: colon)...])
            parts[parts.count - 1] = String(last[..<colon])
        }
        self.tag = tag
        model = parts[parts.count - 1]
        namespace = parts.count > 1 ? parts[parts.count - 2] : "library"
        host = parts.count > 2 ? parts[0] : "registry.ollama.ai"
        for (what, part) in [("namespace", namespace), ("model", model), ("tag", tag)] {
            guard Self.isGood(part, "._-") else { throw refusal("its \(what) '\(part.printable)' is malformed") }
        }
        guard host.utf8.count <= 350, Self.isGood(host, ".-:_", longest: 350) else {
            throw refusal("its host is malformed")
        }
    }

    /// Letters, digits and some signs, beginning with one of the former.
    private static func isGood(_ part: String, _ signs: String, longest: Int = 80) -> Bool {
        guard let first = part.utf8.first, part.utf8.count <= longest else { return false }
        return (first.isAlphanumeric || first == UInt8(ascii: "_"))
            && part.utf8.allSatisfy { $0.isAlphanumeric || signs.utf8.contains($0) }
    }

    /// Below `manifests/`.
    var path: String { "\(host)/\(namespace)/\(model)/\(tag)" }

    /// For messages, as Ollama shows it.
    var shown: String {
        let official = host == "registry.ollama.ai"
        return official && namespace == "library"
            ? "\(model):\(tag)" : "\(official ? "" : "\(host)/")\(namespace)/\(model):\(tag)"
    }
}

/// The challenge `Bearer realm="…",service="…",scope="…"` of a `WWW-Authenticate` field (RFC 9110 section 11.6.1).
struct BearerChallenge: Sendable, Equatable {
    let realm: String
    /// `service` and `scope`, where they are given.
    let parameters: [(name: String, value: String)]

    init?(_ field: String) {
        guard field.lowercased().hasPrefix("bearer ") else { return nil }
        var values: [String: String] = [:]
        var rest = field.dropFirst(7)
        while let equals = rest.firstIndex(of: "=") {
            let name = rest[..<equals].trimmingBlanks().lowercased()
            rest = rest[rest.index(after: equals)...]
            let value: Substring
            if rest.hasPrefix("\"") {
                rest = rest.dropFirst()
                value = rest.prefix { $0 != "\"" }
                rest = rest.dropFirst(value.count + 1)
            } else {
                value = rest.prefix { $0 != "," }
                rest = rest.dropFirst(value.count)
            }
            values[name] = String(value)
            rest = rest.drop { $0 == "," || $0 == " " }
        }
        guard let realm = values["realm"] else { return nil }
        self.realm = realm
        parameters = ["service", "scope"].compactMap { name in values[name].map { (name, $0) } }
    }

    static func == (left: BearerChallenge, right: BearerChallenge) -> Bool {
        left.realm == right.realm && left.parameters.elementsEqual(right.parameters) { $0 == $1 }
    }
}
