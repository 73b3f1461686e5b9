/// One flag of Nix's older programs.
struct LegacyFlag<Options>: Sendable {
    /// With its dashes: `["--attr", "-A"]`.
    let names: [String]
    /// What its values are called in the help.
    let values: [String]
    let help: String
    /// Whether a missing value is worded as by the programs themselves, not as by what they share.
    let isOwn: Bool
    let apply: @Sendable (inout Options, [String]) throws(UsageError) -> Void

    init(
        _ names: String..., values: [String] = [], help: String, isOwn: Bool = false,
        apply: @escaping @Sendable (inout Options, [String]) throws(UsageError) -> Void
    ) {
        self.init(names, values: values, help: help, isOwn: isOwn, apply: apply)
    }

    init(
        _ names: [String], values: [String] = [], help: String, isOwn: Bool = false,
        apply: @escaping @Sendable (inout Options, [String]) throws(UsageError) -> Void
    ) {
        self.names = names
        self.values = values
        self.help = help
        self.isOwn = isOwn
        self.apply = apply
    }
}

/// The command line of one of Nix's older programs: its own flags, those that all share, and what is no flag.
struct LegacyCommandLine<Options: LegacyOptions> {
    /// The name that messages use.
    let program: String
    let flags: [LegacyFlag<Options>]
    /// Whether the program evaluates, and so takes flags such as `--arg`.
    var evaluates = true
    /// Takes a flag that nobody knows; without it that is an error.
    var takeUnknownFlag: ((inout Options, String) -> Void)?
    /// Takes a word that is no flag.
    let takeWord: (inout Options, String) throws(UsageError) -> Void

    /// Reads all words into `options`.
    ///
    /// - Throws: `UsageError` in Nix's words.
    func parse(_ words: [String], into options: inout Options) throws(UsageError) {
        var words = Self.separated(words)[...]
        var takesFlags = true
        while let word = words.popFirst() {
            if takesFlags, word == "--" {
                takesFlags = false
            } else if takesFlags, word.hasPrefix("-"), word != "-" {
                try parseFlag(word, &words, &options)
            } else if !takesFlags, word.hasPrefix("-"), word != "-" {
                try parseLateFlag(word, &options)
            } else {
                try takeWord(&options, word)
            }
        }
    }

    /// After `--` a program still knows its own flags, but no others.
    private func parseLateFlag(_ word: String, _ options: inout Options) throws(UsageError) {
        guard let flag = flags.first(where: { $0.names.contains(word) }) else {
            throw UsageError("unexpected argument '\(word)'")
        }
        guard flag.values.isEmpty else { throw UsageError("'\(word)' requires an argument") }
        try flag.apply(&options, [])
    }

    private func parseFlag(
        _ word: String, _ words: inout ArraySlice<String>, _ options: inout Options
    ) throws(UsageError) {
        let known = flags + SharedFlags<Options>.all(evaluates: evaluates)
        if let flag = known.first(where: { $0.names.contains(word) }) {
            return try flag.apply(&options, try values(of: flag, word, &words))
        }
        guard let setting = NixSetting.flag(word) else {
            guard let takeUnknownFlag else { throw UsageError("unrecognised flag '\(word)'") }
            return takeUnknownFlag(&options, word)
        }
        var value = setting.value
        if value == nil {
            guard let next = words.popFirst() else { throw Self.missing(word, wanted: 1, given: 0) }
            value = next
        }
        try options.session.settings.set(setting.name, value ?? "")
    }

    private func values(
        of flag: LegacyFlag<Options>, _ word: String, _ words: inout ArraySlice<String>
    ) throws(UsageError) -> [String] {
        guard words.count >= flag.values.count else {
            if flag.isOwn { throw UsageError("'\(word)' requires an argument") }
            throw Self.missing(word, wanted: flag.values.count, given: words.count)
        }
        defer { words = words.dropFirst(flag.values.count) }
        return Array(words.prefix(flag.values.count))
    }

    private static func missing(_ word: String, wanted: Int, given: Int) -> UsageError {
        UsageError("flag '\(word)' requires \(wanted) argument(s), but only \(given) were given")
    }

    /// The words with `-kK` as `-k -K` and `-j3` as `-j 3`.
    private static func separated(_ words: [String]) -> [String] {
        var separated: [String] = []
        for (index, word) in words.enumerated() {
            let characters = Array(word)
            if word == "--" { return separated + words[index...] }
            guard characters.count > 2, characters[0] == "-", characters[1].isASCII, characters[1].isLetter else {
                separated.append(word)
                continue
            }
            for position in 1..<characters.count {
                guard characters[position].isASCII, characters[position].isLetter else {
                    separated.append(String(characters[position...]))
                    break
                }
                separated.append("-\(characters[position])")
            }
        }
        return separated
    }

    /// The program's help: how it is called, and its flags.
    func help(_ summary: String, usage: String) -> String {
        var lines = ["\(program): \(summary)", "", "Usage: \(program) \(usage)", "", "Options:"]
        func describe(_ flag: LegacyFlag<Options>) -> String {
            let head = "  " + (flag.names.joined(separator: ", ") + flag.values.map { " <\($0)>" }.joined())
            let padding =
                head.count < 34
                ? String(repeating: " ", count: 34 - head.count) : "\n" + String(repeating: " ", count: 34)
            return head + padding + flag.help
        }
        lines += flags.map(describe)
        lines += ["", "Options of every program:"] + SharedFlags<Options>.all(evaluates: evaluates).map(describe)
        lines.append("  --<setting> [value]             Set one of Nix's settings; --no-<setting> turns one off.")
        return lines.joined(separator: "\n") + "\n"
    }
}

/// What a program's flags are read into.
protocol LegacyOptions: SendableMetatype {
    var shared: SharedOptions { get set }
    init() throws(UsageError)
}

extension LegacyOptions {
    var session: SessionFlags {
        get { shared.session }
        set { shared.session = newValue }
    }
}

/// What the flags of every program are read into.
struct SharedOptions {
    var session: SessionFlags
    /// Whether to show the help and do nothing else.
    var showsHelp = false
    /// Whether to show the version and do nothing else.
    var showsVersion = false
    /// `--no-gc-warning`.
    var warnsAboutRoots = true

    init() throws(UsageError) { session = try SessionFlags() }
}
