/// `Link` header fields (RFC 8288).
enum LinkHeader {
    /// The target of the link with a relation; nil when there is none.
    static func target(_ field: String, relation: String) -> String? {
        var rest = Substring(field)
        while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
            let target = rest[rest.index(after: open)..<close]
            rest = rest[rest.index(after: close)...]
            let parameters = rest.prefix { $0 != "<" }
            for parameter in parameters.split(whereSeparator: { $0 == ";" || $0 == "," }) {
                let pair = parameter.split(separator: "=", maxSplits: 1)
                guard pair.count == 2, pair[0].trimmingBlanks().lowercased() == "rel" else { continue }
                let value = pair[1].trimmingBlanks().filter { $0 != "\"" }
                if value.split(separator: " ").contains(Substring(relation)) { return String(target) }
            }
        }
        return nil
    }
}
