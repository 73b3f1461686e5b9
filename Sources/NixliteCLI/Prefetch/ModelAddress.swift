import NixFetch

/// A model's address on the command line, as the `source` that a project would write.
///
///     hf:org/model[@revision]     hf:datasets/org/name  hf:spaces/org/name
///     s3://bucket/prefix[?region=…&endpoint=…&profile=…]
///     git+lfs:URL[?rev=…&subdir=…], also git+xet:
///     ollama:[host/][namespace/]model[:tag]
///     mlflow:name[/version|/stage|@alias][?uri=TRACKING-URI]
///     https://… http://… file://…
struct ModelAddress: Sendable {
    /// A name for the model, for a set of models.
    let name: String
    /// `huggingface`, `s3` and so on.
    let kind: String
    /// The members of the source.
    private(set) var members: [(name: String, value: NixLiteral)]
    /// `auth`, where the address names a profile.
    private(set) var auth: [(name: String, value: NixLiteral)] = []

    /// What the options of the command add to an address.
    struct Options {
        /// Glob patterns.
        var files: [String] = []
        /// Unpack what a URL gives.
        var extracts = false
        /// `MLFLOW_TRACKING_URI`, `AWS_REGION`, `AWS_DEFAULT_REGION`.
        var environment = FetchEnvironment(variables: [:])
    }

    init(_ text: String, _ options: Options = Options()) throws(CommandFailure) {
        let scheme = text.prefix { $0 != ":" }.lowercased()
        let rest = String(text.dropFirst(scheme.count + 1))
        let parsed: Parsed
        switch scheme {
        case "hf", "huggingface": parsed = try Self.hub(rest)
        case "s3": parsed = try Self.bucket(rest, options.environment)
        case "git+lfs": parsed = try Self.repository(rest, kind: "git-lfs")
        case "git+xet": parsed = try Self.repository(rest, kind: "git-xet")
        case "ollama": parsed = try Self.ollama(rest)
        case "mlflow": parsed = try Self.registered(rest, options.environment)
        case "http", "https", "file": parsed = Self.url(text, extracts: options.extracts)
        default:
            throw CommandFailure(
                "'\(text)' is not the address of a model\n\nhint: it begins with hf:, s3://, git+lfs:, git+xet:, ollama:, mlflow:, https:// or file://"
            )
        }
        let patternKeys = [
            "huggingface": "files", "s3": "files", "git-lfs": "lfsFiles", "git-xet": "files", "mlflow": "files",
        ]
        name = Self.attributeName(parsed.name)
        kind = parsed.kind
        members = parsed.members
        auth = parsed.auth
        guard !options.files.isEmpty else { return }
        guard let key = patternKeys[kind] else {
            throw CommandFailure("--files has no meaning for the source '\(kind)'")
        }
        members.append((key, .list(options.files.map { .string($0) })))
    }

    /// Replaces a member of the source, or adds it.
    mutating func set(_ member: String, to value: String) {
        if let index = members.firstIndex(where: { $0.name == member }) {
            members[index].value = .string(value)
        } else {
            members.append((member, .string(value)))
        }
    }

    /// The value of a member that is a text.
    func text(_ member: String) -> String? {
        guard case .some(.string(let text)) = members.first(where: { $0.name == member })?.value else { return nil }
        return text
    }

    /// The model's description with a hash.
    func description(hash: String) -> [(name: String, value: NixLiteral)] {
        var description: [(name: String, value: NixLiteral)] = [
            ("source", .attributes([(kind, .attributes(members))])), ("hash", .string(hash)),
        ]
        if !auth.isEmpty { description.append(("auth", .attributes(auth))) }
        return description
    }

    /// What one form of address means.
    private struct Parsed {
        var name: String
        var kind: String
        var members: [(name: String, value: NixLiteral)]
        var auth: [(name: String, value: NixLiteral)] = []
    }

    private static func hub(_ text: String) throws(CommandFailure) -> Parsed {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        var path = parts[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let kinds = ["models": "model", "datasets": "dataset", "spaces": "space"]
        let repoType = path.count == 3 ? kinds[path[0]] : "model"
        if path.count == 3 { path.removeFirst() }
        guard let repoType, path.count == 2, path.allSatisfy({ !$0.isEmpty }), parts.last != "" else {
            throw CommandFailure("'hf:\(text)' is malformed: it is hf:org/model, with @revision behind it")
        }
        var members: [(name: String, value: NixLiteral)] = [("repo", .string(path.joined(separator: "/")))]
        if repoType != "model" { members.append(("repoType", .string(repoType))) }
        members.append(("revision", .string(parts.count > 1 ? parts[1] : "main")))
        return Parsed(name: path[1], kind: "huggingface", members: members)
    }

    private static func bucket(_ text: String, _ environment: FetchEnvironment) throws(CommandFailure) -> Parsed {
        let (address, query) = try split(text)
        let path = address.drop { $0 == "/" }.split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bucket = path.first, !bucket.isEmpty else {
            throw CommandFailure("'s3:\(text)' is malformed: it is s3://bucket/prefix")
        }
        let prefix = path.count > 1 ? String(path[1]) : ""
        let region =
            query["region"] ?? environment.value("AWS_REGION") ?? environment.value("AWS_DEFAULT_REGION") ?? "us-east-1"
        var members: [(name: String, value: NixLiteral)] = [
            ("bucket", .string(String(bucket))), ("prefix", .string(prefix)), ("region", .string(region)),
        ]
        if let endpoint = query["endpoint"] { members.append(("endpoint", .string(endpoint))) }
        let last = prefix.split(separator: "/").last.map(String.init) ?? String(bucket)
        return Parsed(
            name: last, kind: "s3", members: members,
            auth: query["profile"].map { [("awsProfile", .string($0))] } ?? [])
    }

    private static func repository(_ text: String, kind: String) throws(CommandFailure) -> Parsed {
        let (address, query) = try split(text)
        guard !address.isEmpty else { throw CommandFailure("'\(kind)' needs the URL of a repository") }
        var members: [(name: String, value: NixLiteral)] = [
            ("url", .string(address)), ("rev", .string(query["rev"] ?? query["ref"] ?? "HEAD")),
        ]
        if let folder = query["subdir"] ?? query["dir"] { members.append(("subdir", .string(folder))) }
        var last = address.split { $0 == "/" || $0 == ":" }.last.map(String.init) ?? "model"
        if last.hasSuffix(".git") { last.removeLast(4) }
        return Parsed(name: last, kind: kind, members: members)
    }

    private static func ollama(_ text: String) throws(CommandFailure) -> Parsed {
        guard !text.isEmpty else { throw CommandFailure("'ollama:' needs the name of a model") }
        let last = text.split(separator: "/").last.map(String.init) ?? text
        let name = last.prefix { $0 != ":" && $0 != "@" }
        return Parsed(name: String(name), kind: "ollama", members: [("model", .string(text))])
    }

    private static func registered(_ text: String, _ environment: FetchEnvironment) throws(CommandFailure) -> Parsed {
        let (address, query) = try split(text)
        guard let uri = query["uri"] ?? environment.value("MLFLOW_TRACKING_URI") else {
            throw CommandFailure(
                "the MLflow server is not known\n\nhint: set MLFLOW_TRACKING_URI, or write 'mlflow:\(text)?uri=https://…'"
            )
        }
        let sign = address.firstIndex { $0 == "/" || $0 == "@" }
        let name = String(address[..<(sign ?? address.endIndex)])
        let version = sign.map { String(address[address.index(after: $0)...]) }
        guard !name.isEmpty, version != "" else {
            throw CommandFailure(
                "'mlflow:\(text)' is malformed: it is mlflow:name, with /version, /stage or @alias behind it")
        }
        var members: [(name: String, value: NixLiteral)] = [
            ("trackingUri", .string(uri)), ("modelName", .string(name)),
        ]
        if let version, let sign {
            let isNumber = version.utf8.allSatisfy { (0x30...0x39).contains($0) }
            let key = address[sign] == "@" ? "modelAlias" : isNumber ? "modelVersion" : "modelStage"
            if version != "latest" || key == "modelAlias" { members.append((key, .string(version))) }
        }
        return Parsed(name: name, kind: "mlflow", members: members)
    }

    private static func url(_ text: String, extracts: Bool) -> Parsed {
        let path = text.prefix { $0 != "?" && $0 != "#" }
        var members: [(name: String, value: NixLiteral)] = [("urls", .list([.string(text)]))]
        if extracts { members.append(("extract", .bool(true))) }
        return Parsed(name: path.split(separator: "/").last.map(String.init) ?? "model", kind: "url", members: members)
    }

    /// An address and the fields behind its `?`, which are percent-decoded.
    private static func split(_ text: String) throws(CommandFailure) -> (String, [String: String]) {
        guard let question = text.lastIndex(of: "?") else { return (text, [:]) }
        var query: [String: String] = [:]
        for field in text[text.index(after: question)...].split(separator: "&") {
            let pair = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, let value = URLReference.percentDecoded(pair[1]) else {
                throw CommandFailure("the field '\(field)' of '\(text)' is malformed")
            }
            query[String(pair[0])] = value
        }
        return (String(text[..<question]), query)
    }

    /// A name for an attribute: what an identifier cannot have becomes a dash.
    private static func attributeName(_ text: String) -> String {
        let name = String(
            text.lowercased().map { character in
                character.isASCII && (character.isLetter || character.isNumber || character == "_") ? character : "-"
            }
        ).split(separator: "-").joined(separator: "-")
        return name.isEmpty ? "model" : name
    }
}
