/// The files `~/.aws/credentials` and `~/.aws/config`: settings by profile.
package struct AWSProfiles: Sendable {
    private let secrets: [String: [String: String]]
    private let config: [String: [String: String]]
    /// The profile in use when none is named otherwise: `AWS_PROFILE`, `AWS_DEFAULT_PROFILE` or `default`.
    let implicitName: String
    /// Whether the environment names it.
    let isNamed: Bool

    /// Reads both; files that are missing count as empty.
    ///
    /// `AWS_SHARED_CREDENTIALS_FILE` and `AWS_CONFIG_FILE` name other files.
    init(_ environment: FetchEnvironment) {
        func sections(_ variable: String, _ file: String) -> [String: [String: String]] {
            let path =
                environment.value(variable).map(environment.expand) ?? "\(environment.homeDirectory)/.aws/\(file)"
            guard let bytes = try? FileAccess.readWhole(path, limit: 1 << 20) else { return [:] }
            return Self.parse(String(decoding: bytes, as: UTF8.self))
        }
        secrets = sections("AWS_SHARED_CREDENTIALS_FILE", "credentials")
        config = sections("AWS_CONFIG_FILE", "config")
        let name = environment.value("AWS_PROFILE") ?? environment.value("AWS_DEFAULT_PROFILE")
        implicitName = name ?? "default"
        isNamed = name != nil
    }

    /// A profile; nil when neither file has it.
    subscript(name: String) -> AWSProfile? {
        let secrets = secrets[name]
        let settings = config["profile \(name)"] ?? (name == "default" ? config["default"] : nil)
        guard secrets != nil || settings != nil else { return nil }
        var values = settings ?? [:]
        // A profile may keep its endpoints in a section of services.
        if let services = values["services"].flatMap({ config["services \($0)"] }) {
            for (key, value) in services where key.hasSuffix(".endpoint_url") {
                values["endpoint_url_\(key.dropLast(".endpoint_url".count))"] = value
            }
        }
        return AWSProfile(name: name, secrets: secrets ?? [:], settings: values)
    }

    /// The section of a single sign-on that profiles share.
    func singleSignOn(_ name: String) -> [String: String]? { config["sso-session \(name)"] }

    /// Sections of an ini file: `[name]`, `key = value`, `#` and `;` comments, indented lines belong to the key above.
    package static func parse(_ text: String) -> [String: [String: String]] {
        var sections: [String: [String: String]] = [:]
        var section: String?
        var outer: String?
        for line in text.split(whereSeparator: \.isNewline) {
            let trimmed = line.trimmingBlanks()
            if trimmed.isEmpty || trimmed.hasPrefix("#") || trimmed.hasPrefix(";") { continue }
            if trimmed.hasPrefix("["), let close = trimmed.firstIndex(of: "]") {
                let name = trimmed[trimmed.index(after: trimmed.startIndex)..<close]
                let words = name.split(whereSeparator: \.isWhitespace).map { $0.filter { $0 != "\"" } }
                section = words.joined(separator: " ")
                outer = nil
                if let section, sections[section] == nil { sections[section] = [:] }
                continue
            }
            guard let section, let equals = trimmed.firstIndex(of: "=") else { continue }
            let key = trimmed[..<equals].trimmingBlanks().lowercased()
            let value = trimmed[trimmed.index(after: equals)...].trimmingBlanks()
            if line.first?.isWhitespace == true, let outer {
                sections[section]?["\(outer).\(key)"] = value
            } else {
                sections[section]?[key] = value
                outer = value.isEmpty ? key : nil
            }
        }
        return sections
    }
}

/// One profile: what the credentials file says wins over what the configuration says.
struct AWSProfile: Sendable, Equatable {
    let name: String
    /// Of the credentials file; keys in lower case.
    let secrets: [String: String]
    /// Of the configuration; keys in lower case, nested ones as `outer.inner`.
    let settings: [String: String]

    subscript(key: String) -> String? {
        [secrets[key], settings[key]].lazy.compactMap { $0 }.first { !$0.isEmpty }
    }

    /// Access key, secret key and session token of one of the two files.
    func keys(_ values: [String: String]) -> S3Credentials? {
        guard let access = values["aws_access_key_id"], let secret = values["aws_secret_access_key"],
            !access.isEmpty, !secret.isEmpty
        else { return nil }
        let token = values["aws_session_token"] ?? values["aws_security_token"]
        return S3Credentials(
            accessKey: access, secretKey: secret, sessionToken: token?.isEmpty == true ? nil : token, origin: origin)
    }

    /// The profile's name for messages.
    var origin: String { "the AWS profile '\(name.printable)'" }
}
