/// Where credentials of AWS come from, tried in the order of AWS's own programs.
///
/// The model's variables, the environment, a role of the profile, a web identity, single sign-on, the credentials file, a
/// `credential_process`, the configuration, the container's service, the machine's. A profile that the model names
/// switches the environment off; `AWS_PROFILE` does not.
/// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
struct AWSCredentialChain: Sendable {
    let request: CredentialRequest
    let environment: FetchEnvironment
    let profiles: AWSProfiles
    /// The region of logins, where a profile does not say another.
    let region: String
    let context: FetchContext

    /// The first credentials that are found; nil when there are none at all.
    func resolve() async throws(FetchError) -> S3Credentials? {
        let name = request.awsProfile ?? profiles.implicitName
        if request.awsProfile == nil {
            if let named = try namedVariables() { return named }
            if let keys = environmentKeys { return keys }
        }
        let profile = profiles[name]
        if profile == nil, request.awsProfile != nil || profiles.isNamed {
            throw FetchError(.unauthorized, "there is no AWS profile '\(name.printable)' in ~/.aws")
        }
        if let found = try await credentials(of: profile) { return found }
        let instance = AWSInstance(environment: environment, profile: profile, context: context)
        if let container = try await instance.containerCredentials() { return container }
        if let machine = try await instance.machineCredentials() { return machine }
        guard request.required else { return nil }
        throw FetchError(
            .unauthorized, "the model requires AWS credentials and there are none", hint: Self.advice)
    }

    static let advice = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or 'auth.awsProfile'"

    /// Keys in variables that the model names.
    private func namedVariables() throws(FetchError) -> S3Credentials? {
        guard let variable = request.usernameEnvVar ?? request.tokenEnvVar else { return nil }
        guard let access = environment.value(variable) else { return nil }
        let secretVariable = request.passwordEnvVar ?? "AWS_SECRET_ACCESS_KEY"
        guard let secret = environment.value(secretVariable) else {
            throw FetchError(
                .unauthorized,
                "the variable \(variable.printable) has an access key and \(secretVariable.printable) is empty")
        }
        let token = variable == "AWS_ACCESS_KEY_ID" ? environment.value("AWS_SESSION_TOKEN") : nil
        return S3Credentials(
            accessKey: access, secretKey: secret, sessionToken: token, origin: "the variable \(variable.printable)")
    }

    private var environmentKeys: S3Credentials? {
        guard let access = environment.value("AWS_ACCESS_KEY_ID"),
            let secret = environment.value("AWS_SECRET_ACCESS_KEY")
        else { return nil }
        return S3Credentials(
            accessKey: access, secretKey: secret, sessionToken: environment.value("AWS_SESSION_TOKEN"),
            origin: "the environment")
    }

    /// What a profile gives, its role first; a web identity of the environment counts beside it.
    private func credentials(of profile: AWSProfile?) async throws(FetchError) -> S3Credentials? {
        let tokens = AWSTokenService(environment: environment, profile: profile, region: region, context: context)
        if let profile, let role = profile["role_arn"], profile["web_identity_token_file"] == nil {
            return try await assume(role, profile, visited: [])
        }
        let isImplicit = request.awsProfile == nil
        let file =
            (isImplicit ? environment.value("AWS_WEB_IDENTITY_TOKEN_FILE") : nil) ?? profile?["web_identity_token_file"]
        let role = (isImplicit ? environment.value("AWS_ROLE_ARN") : nil) ?? profile?["role_arn"]
        if let file, let role {
            let session =
                (isImplicit ? environment.value("AWS_ROLE_SESSION_NAME") : nil) ?? profile?["role_session_name"]
            return try await tokens.assume(role, webIdentity: environment.expand(file), session: session)
        }
        guard let profile else { return nil }
        return try await ownCredentials(of: profile)
    }

    /// What a profile gives without a role.
    private func ownCredentials(of profile: AWSProfile) async throws(FetchError) -> S3Credentials? {
        if profile["sso_session"] != nil || profile["sso_start_url"] != nil, profile["sso_account_id"] != nil {
            return try await AWSSingleSignOn(
                profile: profile, profiles: profiles, environment: environment, context: context
            ).credentials()
        }
        if let keys = profile.keys(profile.secrets) { return keys }
        if let command = profile["credential_process"] {
            return try await AWSCredentialProcess(command: command, environment: environment, origin: profile.origin)
                .run()
        }
        return profile.keys(profile.settings)
    }

    /// Takes a role with the credentials of the profile that it names, which may have taken one itself.
    private func assume(
        _ role: String, _ profile: AWSProfile, visited: [String]
    ) async throws(FetchError) -> S3Credentials {
        guard !visited.contains(profile.name), visited.count < 16 else {
            throw FetchError(.unauthorized, "\(profile.origin) takes its role from itself ('source_profile')")
        }
        if profile["mfa_serial"] != nil, environment.value(AWSTokenService.codeVariable) == nil {
            throw FetchError(
                .unauthorized, "\(profile.origin) takes a role that wants a code ('mfa_serial')",
                hint: "put the code that the device shows into \(AWSTokenService.codeVariable)")
        }
        let base: S3Credentials?
        if let name = profile["source_profile"] {
            guard let source = profiles[name] else {
                throw FetchError(
                    .unauthorized, "\(profile.origin) needs the AWS profile '\(name.printable)', which is not there")
            }
            if let inner = source["role_arn"], name != profile.name, source["web_identity_token_file"] == nil {
                base = try await assume(inner, source, visited: visited + [profile.name])
            } else {
                base = try await ownCredentials(of: source)
            }
        } else {
            let instance = AWSInstance(environment: environment, profile: profile, context: context)
            switch profile["credential_source"] {
            case "Environment": base = environmentKeys
            case "Ec2InstanceMetadata": base = try await instance.machineCredentials()
            case "EcsContainer": base = try await instance.containerCredentials()
            default:
                throw FetchError(
                    .unauthorized, "\(profile.origin) has a role and neither 'source_profile' nor 'credential_source'")
            }
        }
        guard let base else {
            throw FetchError(.unauthorized, "\(profile.origin) finds no credentials to take its role with")
        }
        let tokens = AWSTokenService(environment: environment, profile: profile, region: region, context: context)
        return try await tokens.assume(role, with: base)
    }
}
