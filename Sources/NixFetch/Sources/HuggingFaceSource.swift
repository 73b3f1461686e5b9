struct HuggingFaceSource: Sendable {
    init(
        repo: String, revision: String, patterns: [String]?, credentials: CredentialRequest,
        environment: FetchEnvironment, context: FetchContext
    ) throws(FetchError) {
        throw FetchError(.unsupportedSource, "source type 'huggingface' is not supported yet")
    }
    func fetch(into workspace: Workspace) async throws(FetchError) -> FetchedModel {
        throw FetchError(.unsupportedSource, "source type 'huggingface' is not supported yet")
    }
}
