import NixFormats

/// A tree in the attributes of flake references, as `fetchTree` and the inputs of flakes ask for it.
struct TreeInput {
    var attributes: InputAttributes
    private(set) var scheme = InputScheme.path
    /// How messages name it.
    private(set) var url = ""

    init(_ attributes: InputAttributes) {
        self.attributes = attributes
    }

    /// Must be called before anything is fetched: says what is wrong with the attributes.
    mutating func check(features: Set<String>) throws(InputError) {
        guard let found = try InputScheme.check(&attributes, features: features) else {
            throw InputError("cannot show unsupported input '\(attributes.json)'")
        }
        scheme = found
        url = try found.url(of: attributes).text
    }

    func fetch(with host: any EvaluationHost, _ kind: HostFetch.Kind) throws(EvaluationError) -> HostFetched {
        var asked = attributes.values.mapValues(HostFetch.Attribute.init)
        if scheme.isRepository { asked["narHash"] = nil }
        let fetched: HostFetched
        do throws(HostError) {
            fetched = try host.fetch(HostFetch(kind: kind, attributes: asked))
        } catch { throw EvaluationError(error).adding("while fetching the input '\(url)'", 0) }
        if scheme.isRepository { try checkContents(fetched) }
        return fetched
    }

    /// A tree must have the hash that was given.
    private func checkContents(_ fetched: HostFetched) throws(EvaluationError) {
        let wanted: NixHash?
        do throws(InputError) { wanted = try InputScheme.narHash(attributes) } catch { throw EvaluationError(error) }
        guard let wanted, case .string(let bytes)? = fetched.attributes["narHash"], bytes != wanted.sri.bytes else {
            return
        }
        throw EvaluationError(
            HostError.mismatch(ofInput: url, has: "\(ByteString(bytes))", given: "\(wanted.sri)"))
    }

    /// Where messages say that the files of the fetched tree are; nil where they call them by their store path.
    func origin(of fetched: HostFetched) -> TreeOrigin? {
        if let workTree = fetched.workTree { return .workTree(workTree) }
        guard scheme != .path || attributes["narHash"] != nil else { return nil }
        var locked = attributes
        if case .string(let revision)? = fetched.attributes["rev"] {
            locked["rev"] = .string(String(decoding: revision, as: UTF8.self))
        }
        return .input((try? scheme.url(of: locked).text) ?? url)
    }
}

extension Machine {
    /// What `fetchGit` and `fetchTree` give: where the tree is, and what is known of it.
    func tree(
        _ fetched: HostFetched, of input: TreeInput, hasRevisionAlways: Bool
    ) throws(EvaluationError) -> Value {
        var result = InputAttributes()
        for name in ["narHash", "rev", "shortRev", "revCount", "dirtyRev", "dirtyShortRev", "lastModified"] {
            result[name] = fetched.attributes[name].map(InputAttributes.Value.init)
        }
        if input.scheme == .git { result["submodules"] = input.attributes["submodules"] ?? .bool(false) }
        if hasRevisionAlways {
            // A work tree with changes has no commit; callers of old expect one all the same.
            let none = String(repeating: "0", count: 40)
            if result["rev"] == nil {
                result["rev"] = .string(none)
                result["shortRev"] = .string(String(none.prefix(7)))
            }
            if result["revCount"] == nil { result["revCount"] = .integer(0) }
        }
        if case .integer(let seconds)? = result["lastModified"] {
            result["lastModifiedDate"] = .string(UTCDate.digits(Int64(clamping: seconds)))
        }
        let known = try attributes(result)
        let path = try string(of: fetched.storePath)
        return try update(known, try attributes((self.known.outPath, path)))
    }
}
