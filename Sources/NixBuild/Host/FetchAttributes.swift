import NixEval
import NixFormats

/// The attributes of a fetch as text.
struct FetchAttributes {
    private(set) var values: [String: String] = [:]

    init(_ attributes: [String: HostFetch.Attribute]) {
        for (name, value) in attributes {
            switch value {
            case .string(let bytes): values[name] = String(decoding: bytes, as: UTF8.self)
            case .integer(let number): values[name] = "\(number)"
            case .bool(let flag): values[name] = flag ? "1" : "0"
            }
        }
    }

    subscript(name: String) -> String? { values[name] }

    func require(_ name: String) throws(HostError) -> String {
        guard let value = values[name] else { throw HostError("input attribute '\(name)' is missing") }
        return value
    }

    /// The hash that the result must have: `narHash`, `sha256` or `hash`.
    func hash() throws(HostError) -> NixHash? {
        guard let text = values["narHash"] ?? values["sha256"] ?? values["hash"] else { return nil }
        do throws(FormatError) {
            return try NixHash.parseAllowingEmpty(
                ByteString(text), expected: .sha256, features: HashAlgorithm.everyFeature
            ).hash
        } catch {
            throw HostError("\(error)")
        }
    }
}
