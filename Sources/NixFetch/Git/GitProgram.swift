/// Runs `git`: with the user's settings where it talks to a server, with none where content depends on it.
struct GitProgram: Sendable {
    let environment: FetchEnvironment
    let context: FetchContext
    /// Settings for talking to the server: http's options and the credentials of this model.
    var settings: [(key: String, value: String)] = []
    /// Variables for those settings.
    var variables: [String: String] = [:]

    /// Runs git with no configuration but the repository's own, so that the outcome is the same for everybody.
    func local(_ arguments: [String], input: [UInt8] = []) async throws(FetchError) -> [UInt8] {
        var variables = cleanEnvironment
        variables["GIT_CONFIG_NOSYSTEM"] = "1"
        variables["GIT_CONFIG_GLOBAL"] = "/dev/null"
        variables["GIT_ATTR_NOSYSTEM"] = "1"
        let fixed = ["-c", "core.attributesFile=/dev/null", "-c", "core.autocrlf=false", "-c", "core.symlinks=true"]
        let output = try await run(fixed + arguments, variables, input)
        guard output.status == 0 else {
            throw FetchError(.transfer, "git \(arguments.last ?? "") failed: \(GitWords.reason(output.errors))")
        }
        return output.bytes
    }

    /// Runs git as the user would, without questions; the caller judges the outcome.
    func asUser(_ arguments: [String], input: [UInt8] = []) async throws(FetchError) -> HelperProgram.Output {
        var variables = cleanEnvironment.merging(self.variables) { $1 }
        for name in ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_PROXY_COMMAND"] {
            variables[name] = environment.value(name)
        }
        variables["GIT_HTTP_LOW_SPEED_LIMIT"] = "\(context.transfer.stallBytesPerSecond)"
        variables["GIT_HTTP_LOW_SPEED_TIME"] = "\(Int(context.transfer.stallTimeout.rounded(.up)))"
        if variables["GIT_SSL_CAINFO"] == nil, let file = context.transfer.certificateFile {
            variables["GIT_SSL_CAINFO"] = file
        }
        // Numbered variables keep what is in them out of the arguments, which everybody can read.
        let first = environment.value("GIT_CONFIG_COUNT").flatMap { UInt16($0) }.map(Int.init) ?? 0
        for index in 0..<first {
            for name in ["GIT_CONFIG_KEY_\(index)", "GIT_CONFIG_VALUE_\(index)"] {
                variables[name] = environment.variables[name]
            }
        }
        for (index, setting) in settings.enumerated() {
            variables["GIT_CONFIG_KEY_\(first + index)"] = setting.key
            variables["GIT_CONFIG_VALUE_\(first + index)"] = setting.value
        }
        if first + settings.count > 0 { variables["GIT_CONFIG_COUNT"] = "\(first + settings.count)" }
        return try await run(arguments, variables, input)
    }

    /// A value of the user's configuration; nil when it is not set.
    func configured(_ key: String) async throws(FetchError) -> String? {
        let output = try await asUser(["config", "--get", key])
        let value = output.text.trimmingBlanks()
        return output.status == 0 && !value.isEmpty ? value : nil
    }

    /// The environment without what would point git at another repository.
    private var cleanEnvironment: [String: String] {
        var variables = environment.variables.filter { entry in
            let name = entry.key
            guard name.hasPrefix("GIT_") else { return true }
            let kept = ["GIT_ASKPASS", "GIT_SSH", "GIT_SSL_", "GIT_TRACE", "GIT_CURL", "GIT_EXEC_PATH", "GIT_HTTP_"]
            return kept.contains { name.hasPrefix($0) }
        }
        variables["LC_ALL"] = "C"
        variables["GIT_TERMINAL_PROMPT"] = "0"
        variables["GIT_ALLOW_PROTOCOL"] = "http:https:ssh:git:file"
        variables["GIT_LFS_SKIP_SMUDGE"] = "1"
        variables["GIT_OPTIONAL_LOCKS"] = "0"
        return variables
    }

    private func run(
        _ arguments: [String], _ variables: [String: String], _ input: [UInt8]
    ) async throws(FetchError) -> HelperProgram.Output {
        // From the root, so that a repository around this process has no say.
        let fixed = [
            "git", "-C", "/", "-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-c", "maintenance.auto=false",
        ]
        let program = HelperProgram(command: fixed + arguments, environment: variables, input: input)
        return try await program.run(
            as: "git", hint: "Git repositories are fetched by the program 'git': install it")
    }
}
