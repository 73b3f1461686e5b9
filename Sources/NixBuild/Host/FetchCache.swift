import NixEval
import NixFetch
import NixFormats
import NixStore

/// What addresses without a hash gave, so that the next evaluation need not ask again.
///
/// One small file for each, named by the SHA-256 of what was asked: no address, and nothing secret in one, is written. What names a
/// commit stays true for ever; anything else is believed for a time. Only what the store still has is an answer.
///
/// Source: "tarball-ttl" in the Nix manual.
struct FetchCache {
    private let folder: RealPath
    private let lifetime: Int64

    /// - Parameter lifetime: seconds for which what was found at an address is taken for what is there.
    init(_ environment: FetchEnvironment, lifetime: Int64) {
        let caches =
            environment.value("XDG_CACHE_HOME").map(environment.expand) ?? "\(environment.homeDirectory)/.cache"
        folder = RealPath("\(caches)/nixlite/fetches-v1")
        self.lifetime = lifetime
    }

    /// Whether a fetch asks somebody else for what no hash names.
    static func takes(_ fetch: HostFetch) -> Bool {
        let attributes = FetchAttributes(fetch.attributes)
        guard fetch.kind != .closure, fetch.kind != .path, (try? attributes.hash()) == .some(nil) else { return false }
        if let type = attributes["type"], ["github", "gitlab", "sourcehut"].contains(type) { return true }
        guard let url = attributes["url"], let end = url.firstIndex(of: ":") else { return false }
        let transport = url[..<end].split(separator: "+").last ?? ""
        return ["http", "https", "ssh", "git", "github", "gitlab", "sourcehut"].contains(transport)
    }

    /// The object that a fetch gave, with what is known of it.
    ///
    /// - Parameter now: seconds since 1970.
    func answer(to fetch: HostFetch, now: Int64) -> HostFetched? {
        guard let text = try? SmallFile.read(file(for: fetch).description),
            let entry = try? JSONValue(parsing: ByteString(text)), let time = entry["time"]?.integer,
            case .string(let name)? = entry["path"], let path = try? StorePath(baseName: name.bytes[...]),
            case .object(let members)? = entry["attributes"]
        else { return nil }
        guard Self.isFixed(fetch) || (0...now).contains(time) && now - time < lifetime else { return nil }
        var attributes: [String: HostFetch.Attribute] = [:]
        for member in members {
            switch member.value {
            case .string(let text): attributes[member.key.description] = .string(text.bytes)
            case .bool(let flag): attributes[member.key.description] = .bool(flag)
            case .number: attributes[member.key.description] = member.value.integer.map { .integer(Int64($0)) }
            case .null, .array, .object: return nil
            }
        }
        return HostFetched(storePath: path, attributes: attributes)
    }

    /// Remembers what a fetch gave, as far as there is a place for it.
    func record(_ fetched: HostFetched, for fetch: HostFetch, now: Int64) {
        let attributes = InputAttributes(fetched.attributes.mapValues(InputAttributes.Value.init))
        let entry = JSONValue.object([
            "attributes": attributes.jsonValue, "path": .string(fetched.storePath.baseName),
            "time": .number(ByteString("\(now)")),
        ])
        // Where that fails it is asked again next time.
        guard (try? FileModes.makeFolders(folder)) != nil, let text = try? entry.printed().bytes else { return }
        try? SmallFile.replace(file(for: fetch).description, text, mode: 0o600)
    }

    /// Whether a fetch names a commit.
    private static func isFixed(_ fetch: HostFetch) -> Bool {
        guard case .string(let revision)? = fetch.attributes["rev"] else { return false }
        return !revision.isEmpty
    }

    private func file(for fetch: HostFetch) -> RealPath {
        var key = Array("\(fetch.kind)".utf8)
        for (name, value) in fetch.attributes.sorted(by: { $0.key < $1.key }) {
            key += [0] + Array(name.utf8) + [0]
            switch value {
            case .string(let bytes): key += Array("s".utf8) + bytes
            case .integer(let number): key += Array("i\(number)".utf8)
            case .bool(let flag): key += Array("b\(flag)".utf8)
            }
        }
        return folder.appending(Digester.hash(.sha256, ByteString(key)).base16.description)
    }
}
