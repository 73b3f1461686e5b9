/// The settings of Nix 2.34, every one of which is a flag of every program too.
///
/// Source: `nix config show`.
enum NixSetting {
    enum Kind { case boolean, integer, text }

    /// What a setting takes; nil for a name that is none.
    static func kind(_ name: String) -> Kind? {
        if booleans.contains(name) { return .boolean }
        if integers.contains(name) { return .integer }
        if texts.contains(name) { return .text }
        return name.hasPrefix("extra-") && texts.contains(String(name.dropFirst(6))) ? .text : nil
    }

    /// The setting's own name, for one of its older names too.
    static func canonical(_ name: String) -> String { aliases[name] ?? name }

    /// The setting that a flag such as `--sandbox`, `--no-sandbox` or `--cores` sets, and the value of those that take none.
    static func flag(_ flag: String) -> (name: String, value: String?)? {
        guard flag.hasPrefix("--") else { return nil }
        let name = String(flag.dropFirst(2))
        if let kind = kind(name) { return (name, kind == .boolean ? "true" : nil) }
        guard name.hasPrefix("no-") else { return nil }
        let positive = String(name.dropFirst(3))
        return booleans.contains(positive) ? (positive, "false") : nil
    }

    /// Source: `nix __dump-xp-features`.
    static let experimentalFeatures: Set<String> = words(
        """
        auto-allocate-uids blake3-hashes ca-derivations cgroups configurable-impure-env daemon-trust-override
        dynamic-derivations external-builders fetch-closure fetch-tree flakes git-hashing impure-derivations
        local-overlay-store mounted-ssh-store nix-command parse-toml-timestamps pipe-operators read-only-local-store
        recursive-nix verified-fetches
        """)

    private static let booleans: Set<String> = words(
        """
        abort-on-warn accept-flake-config allow-dirty allow-dirty-locks allow-import-from-derivation allow-new-privileges
        allow-symlinked-store allow-unsafe-native-code-during-evaluation always-allow-substitutes auto-allocate-uids
        auto-optimise-store builders-use-substitutes compress-build-log debugger-on-trace debugger-on-warn eval-cache fallback
        filter-syscalls fsync-metadata fsync-store-paths http2 ignore-try impersonate-linux-26 keep-build-log keep-derivations
        keep-env-derivations keep-failed keep-going keep-outputs nix-shell-always-looks-for-shell-nix
        nix-shell-shebang-arguments-relative-to-script preallocate-contents print-missing pure-eval
        require-drop-supplementary-groups require-sigs restrict-eval run-diff-hook sandbox-fallback show-trace substitute
        sync-before-registering trace-function-calls trace-import-from-derivation trace-verbose trust-tarballs-from-git-forges
        use-case-hack use-cgroups use-registries use-sqlite-wal use-xdg-base-directories warn-dirty warn-short-path-literals
        sandbox
        """)

    private static let integers: Set<String> = words(
        """
        build-poll-interval connect-timeout cores download-attempts download-buffer-size download-speed
        eval-attrset-update-layer-rhs-threshold eval-profiler-frequency gc-reserved-space http-connections id-count log-lines
        max-build-log-size max-call-depth max-free max-silent-time max-substitution-jobs min-free min-free-check-interval
        nar-buffer-size narinfo-cache-meta-ttl narinfo-cache-negative-ttl narinfo-cache-positive-ttl stalled-download-timeout
        start-id tarball-ttl timeout warn-large-path-threshold
        """)

    private static let texts: Set<String> = words(
        """
        access-tokens allowed-impure-host-deps allowed-uris allowed-users bash-prompt bash-prompt-prefix bash-prompt-suffix
        build-dir build-hook build-users-group builders commit-lock-file-summary diff-hook eval-profile-file eval-profiler
        eval-system experimental-features external-builders extra-platforms flake-registry hashed-mirrors ignored-acls
        impure-env json-log-path lint-absolute-path-literals lint-short-path-literals lint-url-literals max-jobs netrc-file
        nix-path plugin-files post-build-hook pre-build-hook sandbox-build-dir sandbox-dev-shm-size sandbox-paths
        secret-key-files ssl-cert-file store substituters system system-features trusted-public-keys trusted-substituters
        trusted-users upgrade-nix-store-path-url user-agent-suffix
        """)

    private static let aliases: [String: String] = [
        "binary-cache-public-keys": "trusted-public-keys", "binary-caches": "substituters",
        "binary-caches-parallel-connections": "http-connections", "build-chroot-dirs": "sandbox-paths",
        "build-compress-log": "compress-build-log", "build-cores": "cores", "build-fallback": "fallback",
        "build-impersonate-linux-26": "impersonate-linux-26", "build-keep-log": "keep-build-log",
        "build-max-jobs": "max-jobs", "build-max-log-size": "max-build-log-size",
        "build-max-silent-time": "max-silent-time", "build-sandbox-paths": "sandbox-paths", "build-timeout": "timeout",
        "build-use-chroot": "sandbox", "build-use-sandbox": "sandbox", "build-use-substitutes": "substitute",
        "commit-lockfile-summary": "commit-lock-file-summary", "env-keep-derivations": "keep-env-derivations",
        "gc-keep-derivations": "keep-derivations", "gc-keep-outputs": "keep-outputs",
        "substitution-max-jobs": "max-substitution-jobs", "trusted-binary-caches": "trusted-substituters",
    ]

    private static func words(_ text: String) -> Set<String> {
        Set(text.split { $0 == " " || $0 == "\n" }.map(String.init))
    }
}
