extension ModelSource {
    /// The address of a registered model of an MLflow server.
    package struct MLflowModel: Sendable, Equatable {
        /// Which version of the model.
        package enum Version: Sendable, Equatable {
            /// The highest number there is.
            case latest
            case number(String)
            /// The newest version in a stage, such as `Production`.
            case stage(String)
            /// The version an alias, such as `champion`, points to.
            case alias(String)
        }

        /// `http(s)://…`, `databricks`, `databricks://profile`, `databricks-uc` or `databricks-uc://profile`.
        package var trackingURI: String
        package var name: String
        package var version: Version
        /// Glob patterns on paths of artifacts; nil means all.
        package var files: [String]?

        package init(trackingURI: String, name: String, version: Version = .latest, files: [String]? = nil) {
            self.trackingURI = trackingURI
            self.name = name
            self.version = version
            self.files = files
        }

        init(_ fields: RequestFields) throws(FetchError) {
            trackingURI = try fields.requiredString("trackingUri")
            name = try fields.requiredString("modelName")
            files = try fields.patterns("files")
            let given: [Version?] = [
                try fields.text("modelVersion").map { .number($0) }, try fields.string("modelStage").map { .stage($0) },
                try fields.string("modelAlias").map { .alias($0) },
            ]
            let versions = given.compactMap { $0 }
            guard versions.count <= 1 else {
                throw FetchError(
                    .badRequest, "source has more than one of modelVersion, modelStage and modelAlias",
                    hint: "keep the one that is meant")
            }
            version = versions.first ?? .latest
            if case .number(let number) = version {
                guard !number.isEmpty, number.utf8.count <= 20, number.utf8.allSatisfy(\.isDigit)
                else {
                    throw FetchError(
                        .badRequest, "source.modelVersion '\(number.printable)' is not a number",
                        hint: "an alias goes into 'modelAlias', a stage into 'modelStage'")
                }
            }
        }
    }

    /// The name of a model in an Ollama registry.
    package struct OllamaModel: Sendable, Equatable {
        /// `[host/][namespace/]model`, a scheme in front is allowed.
        package var model: String
        package var tag: String

        package init(model: String, tag: String = "latest") {
            self.model = model
            self.tag = tag
        }

        init(_ fields: RequestFields) throws(FetchError) {
            model = try fields.requiredString("model")
            tag = try fields.string("tag") ?? "latest"
        }
    }
}
