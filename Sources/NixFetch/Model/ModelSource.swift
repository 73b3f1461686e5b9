/// Where a model comes from.
package enum ModelSource: Sendable, Equatable {
    /// A repository of a Hugging Face hub.
    case huggingface(HubRepository)
    /// One file per entry, or unpacked archives when `extract` is set.
    case url([URLEntry], extract: Bool)
    /// The objects below a key prefix of an S3 bucket.
    case s3(S3Location)
    /// A commit of a Git repository with its large files, from LFS.
    case gitLFS(GitLocation)
    /// The artifacts of a registered model of an MLflow server.
    case mlflow(MLflowModel)
    /// A model of an Ollama registry.
    case ollama(OllamaModel)
    /// A tiny invented repository for tests of the program itself.
    case mock(MockRepository)

    init(_ fields: RequestFields) throws(FetchError) {
        let type = try fields.requiredString("type")
        switch type {
        case "huggingface": self = .huggingface(try HubRepository(fields))
        case "url": self = .url(try URLEntry.list(fields), extract: try fields.bool("extract") ?? false)
        case "s3": self = .s3(try S3Location(fields))
        case "mlflow": self = .mlflow(try MLflowModel(fields))
        case "ollama": self = .ollama(try OllamaModel(fields))
        case "mock": self = .mock(try MockRepository(fields))
        case "git-lfs", "git-xet": self = .gitLFS(try GitLocation(fields, isXet: type == "git-xet"))
        default: throw FetchError(.badRequest, "unknown source type '\(type.printable)'")
        }
    }
}

extension ModelSource {
    /// The address of a `huggingface` source; `files` are glob patterns, nil means all files.
    package struct HubRepository: Sendable, Equatable {
        /// What the hub keeps: models, data sets, and programs with a page.
        package enum Kind: String, Sendable {
            case model, dataset, space

            /// What stands before the name in addresses of pages and files.
            var pathPrefix: String { self == .model ? "" : "\(rawValue)s/" }
        }

        package var repo: String
        package var kind: Kind
        package var revision: String
        package var files: [String]?

        package init(repo: String, kind: Kind = .model, revision: String = "main", files: [String]? = nil) {
            self.repo = repo
            self.kind = kind
            self.revision = revision
            self.files = files
        }

        init(_ fields: RequestFields) throws(FetchError) {
            repo = try fields.requiredString("repo")
            try HubNames.check(repository: repo)
            revision = try fields.string("revision") ?? "main"
            try HubNames.check(revision: revision)
            let name = try fields.string("repoType") ?? "model"
            guard let kind = Kind(rawValue: name) else {
                throw FetchError(
                    .badRequest, "source.repoType must be 'model', 'dataset' or 'space', not '\(name.printable)'")
            }
            self.kind = kind
            files = try fields.patterns("files")
        }
    }

    /// The address of an `s3` source; `files` are glob patterns on keys relative to the prefix.
    package struct S3Location: Sendable, Equatable {
        package var bucket: String
        package var prefix: String
        package var region: String?
        package var endpoint: String?
        package var files: [String]?
        /// The version of the one object whose key is the prefix.
        package var versionId: String?
        /// `auto`, `path` or `virtual`.
        package var addressingStyle: String?
        /// Whether the account of the credentials pays for what is read.
        package var requesterPays: Bool

        package init(
            bucket: String, prefix: String, region: String? = nil, endpoint: String? = nil, files: [String]? = nil,
            versionId: String? = nil, addressingStyle: String? = nil, requesterPays: Bool = false
        ) {
            self.bucket = bucket
            self.prefix = prefix
            self.region = region
            self.endpoint = endpoint
            self.files = files
            self.versionId = versionId
            self.addressingStyle = addressingStyle
            self.requesterPays = requesterPays
        }

        init(_ fields: RequestFields) throws(FetchError) {
            self.init(
                bucket: try fields.requiredString("bucket"), prefix: try fields.string("prefix") ?? "",
                region: try fields.string("region"), endpoint: try fields.string("endpoint"),
                files: try fields.patterns("files"), versionId: try fields.string("versionId"),
                addressingStyle: try fields.string("addressingStyle"),
                requesterPays: try fields.bool("requesterPays") ?? false)
        }
    }

    /// The address of a `git-lfs` or `git-xet` source.
    package struct GitLocation: Sendable, Equatable {
        package var url: String
        /// A branch, a tag or a commit.
        package var revision: String
        /// Glob patterns on the paths of large files, as they are in the output; nil means all of them.
        package var files: [String]?
        /// The folder of the repository that is the output; nil means all of it.
        package var folder: String?
        /// Whether it was written as `git-xet`, which has a token of its own.
        package var isXet: Bool
        /// The hub of a `git-xet` source, where it has another address than its repositories.
        package var endpoint: String?

        package init(
            url: String, revision: String, files: [String]? = nil, folder: String? = nil, isXet: Bool = false,
            endpoint: String? = nil
        ) {
            self.url = url
            self.revision = revision
            self.files = files
            self.folder = folder
            self.isXet = isXet
            self.endpoint = endpoint
        }

        init(_ fields: RequestFields, isXet: Bool) throws(FetchError) {
            self.init(
                url: try fields.requiredString("url"), revision: try fields.requiredString("rev"),
                files: try fields.patterns(isXet ? "files" : "lfsFiles"),
                folder: isXet ? nil : try fields.string("subdir"), isXet: isXet,
                endpoint: isXet ? try fields.string("endpoint") : nil)
        }
    }

    /// The invented repository of a `mock` source.
    package struct MockRepository: Sendable, Equatable {
        package var org = "test-org"
        package var model = "test-model"
        package var revision = "main"
        package var files = ["config.json"]
        package var commit = String(repeating: "0", count: 40)

        package init() {}

        init(_ fields: RequestFields) throws(FetchError) {
            org = try fields.string("org") ?? org
            model = try fields.string("model") ?? model
            revision = try fields.string("revision") ?? revision
            files = try fields.strings("files") ?? files
            commit = try fields.string("commitSha") ?? commit
            try HubNames.check(revision: revision)
            try HubNames.check(revision: commit)
        }
    }
}
