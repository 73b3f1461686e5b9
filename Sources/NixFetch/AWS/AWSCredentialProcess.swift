import NixFormats

/// A program that a profile names for its credentials.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
struct AWSCredentialProcess: Sendable {
    let command: String
    let environment: FetchEnvironment
    /// Whose program it is, for messages.
    let origin: String

    /// Runs it without a shell and reads the JSON that it prints.
    func run() async throws(FetchError) -> S3Credentials {
        guard let words = Self.words(command), let name = words.first else {
            throw FetchError(.unauthorized, "'credential_process' of \(origin) has a quote without an end")
        }
        let output = try await HelperProgram(command: words, environment: environment.variables, limit: 1 << 20)
            .run(as: name)
        guard output.status == 0 else {
            throw FetchError(
                .unauthorized,
                "'credential_process' of \(origin) fails with exit code \(output.status): \(GitWords.reason(output.errors))"
            )
        }
        guard let answer = try? JSONValue(parsing: output.bytes), answer["Version"]?.integer == 1,
            let access = answer["AccessKeyId"]?.text, let secret = answer["SecretAccessKey"]?.text
        else {
            throw FetchError(.unauthorized, "'credential_process' of \(origin) prints no credentials of version 1")
        }
        return S3Credentials(
            accessKey: access, secretKey: secret, sessionToken: answer["SessionToken"]?.text, origin: origin,
            expiration: answer["Expiration"]?.text.flatMap(AWSDate.seconds))
    }

    /// The words of a command line as a shell would separate them; nil when a quote is open.
    static func words(_ text: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in text {
            if isEscaped {
                if quote == "\"", character != "\"", character != "\\" { word = (word ?? "") + "\\" }
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if character.isWhitespace {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil, !isEscaped else { return nil }
        if let word { words.append(word) }
        return words
    }
}
