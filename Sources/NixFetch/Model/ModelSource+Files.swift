extension ModelSource {
    /// One file of a `url` source, from the first of its addresses that has it; `sha256` in hexadecimal, base32 or SRI.
    package struct URLEntry: Sendable, Equatable {
        package var url: String
        package var mirrors: [String]
        package var sha256: String?
        package var filename: String?

        package init(url: String, mirrors: [String] = [], sha256: String? = nil, filename: String? = nil) {
            self.url = url
            self.mirrors = mirrors
            self.sha256 = sha256
            self.filename = filename
        }

        /// The elements of `urls` (strings or sets) or the single `url`.
        static func list(_ fields: RequestFields) throws(FetchError) -> [Self] {
            if try fields.string("url") != nil { return [try Self(fields)] }
            guard let elements = try fields.array("urls"), !elements.isEmpty else {
                throw FetchError(.badRequest, "source.urls must be a non-empty list")
            }
            var entries: [Self] = []
            for (index, element) in elements.enumerated() {
                if let url = element.text {
                    entries.append(Self(url: url))
                    continue
                }
                entries.append(try Self(RequestFields(element, named: "source.urls[\(index)]")))
            }
            return entries
        }

        private init(_ fields: RequestFields) throws(FetchError) {
            self.init(
                url: try fields.requiredString("url"), mirrors: try fields.strings("mirrors") ?? [],
                sha256: try fields.string("sha256"), filename: try fields.string("filename"))
        }
    }
}
