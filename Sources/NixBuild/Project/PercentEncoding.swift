import NixFormats

extension PercentEncoding {
    /// `?name=value&…` in the order of the names, or nothing without any.
    static func query(_ members: [String: String]) -> String {
        guard !members.isEmpty else { return "" }
        return "?"
            + members.sorted { $0.key < $1.key }.map { "\(field($0.key))=\(field($0.value))" }.joined(separator: "&")
    }

    /// The text with everything escaped that is not unreserved or harmless in a query.
    private static func field(_ text: String) -> String { encode(text, keeping: "/:@!$'()*,;") }
}
