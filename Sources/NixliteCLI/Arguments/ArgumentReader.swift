/// Reads a command line into a command, by what the command declares.
///
/// A command declares its flags in one function, `declare`, with a call for each: its names, the variable that it sets, its
/// help. For every word of the line that function runs once, and the call whose name the word is takes it. The same function,
/// run with nothing to take, gathers what `--help` prints. Nothing is looked up by reflection, which costs more than all the
/// rest of the program's start.
struct ArgumentReader {
    private enum Mode {
        /// A flag is to be taken by name.
        case flag
        case positional
        /// The words after `--`.
        case rest
        /// All words are taken; missing ones are noticed.
        case end
        case help
    }

    private var mode = Mode.help
    private let words: [String]
    private var next = 0
    /// The flag or the word in hand.
    private var word = ""
    /// What is written in one word with a flag: `--name=value`, `-j4`.
    private var attached: String?
    private var isTaken = false
    private var request = Request.run
    private(set) var help: [ArgumentHelp] = []

    /// What a command line wants of a command: every command answers `--help` and `--version` as well.
    enum Request {
        case run, help, version
    }

    /// - Parameter words: what follows the name of the command.
    init(_ words: [String]) { self.words = words }

    /// Reads all words into the command.
    ///
    /// - Throws: `UsageError` in Nix's words.
    mutating func read(_ command: inout some Command) throws(UsageError) -> Request {
        while next < words.count {
            word = words[next]
            next += 1
            attached = nil
            if word == "--" {
                mode = .rest
                try offer(to: &command)
                if isTaken { break }
                mode = .positional
                while next < words.count {
                    word = words[next]
                    next += 1
                    try offer(to: &command)
                    guard isTaken else { throw UsageError("unexpected argument '\(word)'") }
                }
            } else if word.hasPrefix("-"), word != "-" {
                try readFlag(&command)
            } else {
                mode = .positional
                try offer(to: &command)
                guard isTaken else { throw UsageError("unexpected argument '\(word)'") }
            }
        }
        mode = .end
        if request == .run { try offer(to: &command) }
        return request
    }

    /// What the command declares.
    static func help(of command: some Command) -> [ArgumentHelp] {
        var reader = ArgumentReader([])
        var command = command
        try? command.declare(&reader)
        return reader.help
    }

    private mutating func offer(to command: inout some Command) throws(UsageError) {
        isTaken = false
        try command.declare(&self)
    }

    private mutating func readFlag(_ command: inout some Command) throws(UsageError) {
        mode = .flag
        let written = word
        try offer(to: &command)
        if isTaken { return }
        if word == "--help" || word == "-h" {
            request = .help
            return
        }
        if word == "--version" {
            request = .version
            return
        }
        if word.hasPrefix("--") {
            if let equals = word.firstIndex(of: "=") {
                attached = String(word[word.index(after: equals)...])
                word = String(word[..<equals])
                try offer(to: &command)
            }
            guard isTaken, attached == nil else { throw UsageError("unrecognised flag '\(written)'") }
            return
        }
        // `-vv`, `-kL`, `-j4`: a letter takes the rest as its value or leaves it to be more letters.
        attached = String(word.dropFirst())
        while let letters = attached, let letter = letters.first {
            word = "-\(letter)"
            attached = letters.count > 1 ? String(letters.dropFirst()) : nil
            try offer(to: &command)
            guard isTaken else { throw UsageError("unrecognised flag '\(word)'") }
        }
    }

    // MARK: Declarations

    /// A flag without values.
    mutating func flag(
        _ name: String, _ second: String? = nil, _ third: String? = nil, sets value: inout Bool, _ help: String? = nil
    ) {
        if matches(name, second, third, [], help) { value = true }
    }

    /// A flag that counts.
    mutating func flag(_ name: String, _ second: String? = nil, counts value: inout Int, _ help: String? = nil) {
        if matches(name, second, nil, [], help) { value += 1 }
    }

    /// A flag with a value; the last one counts.
    mutating func option<Value: ArgumentValue>(
        _ name: String, _ second: String? = nil, sets value: inout Value, _ valueName: String, _ help: String? = nil
    ) throws(UsageError) {
        if matches(name, second, nil, [valueName], help) { value = try Value(argument: takeValue(), of: name) }
    }

    mutating func option<Value: ArgumentValue>(
        _ name: String, _ second: String? = nil, sets value: inout Value?, _ valueName: String, _ help: String? = nil
    ) throws(UsageError) {
        if matches(name, second, nil, [valueName], help) { value = try Value(argument: takeValue(), of: name) }
    }

    /// A flag with a value that may be given again and again.
    mutating func option(
        _ name: String, _ second: String? = nil, addsTo values: inout [String], _ valueName: String,
        _ help: String? = nil
    ) throws(UsageError) {
        if matches(name, second, nil, [valueName], help) { values.append(try takeValue()) }
    }

    /// A flag with two values, such as `--argstr name text`, that may be given again and again.
    mutating func option(
        _ name: String, addsTo values: inout [ArgumentPair], _ valueNames: (String, String), _ help: String? = nil
    ) throws(UsageError) {
        guard matches(name, nil, nil, [valueNames.0, valueNames.1], help) else { return }
        let given = words.count - next
        guard attached == nil, given >= 2 else {
            throw UsageError(
                "flag '\(name)' requires 2 argument(s), but only \(attached == nil ? given : 1) were given")
        }
        values.append(ArgumentPair(name: words[next], value: words[next + 1]))
        next += 2
    }

    /// Any of Nix's settings by its own name: `--connect-timeout 5`, `--no-substitute`.
    mutating func setting(addsTo values: inout [ArgumentPair]) throws(UsageError) {
        guard mode == .flag, !isTaken, let setting = NixSetting.flag(word) else { return }
        isTaken = true
        if let value = setting.value {
            values.append(ArgumentPair(name: setting.name, value: value))
        } else {
            values.append(ArgumentPair(name: setting.name, value: try takeValue()))
        }
    }

    /// A word that is no flag.
    mutating func positional(_ name: String, sets value: inout String?, _ help: String) {
        if mode == .help { self.help.append(ArgumentHelp(positional: name, "[<\(name)>]", help)) }
        guard mode == .positional, !isTaken, value == nil else { return }
        value = word
        isTaken = true
    }

    /// The words that are no flags.
    ///
    /// - Throws: in Nix's words where there must be one and is none.
    mutating func positionals(
        _ name: String, addsTo values: inout [String], isRequired: Bool = false, _ help: String
    ) throws(UsageError) {
        switch mode {
        case .help:
            let usage = isRequired ? "<\(name)> ..." : "[<\(name)> ...]"
            self.help.append(ArgumentHelp(positional: name, usage, help))
        case .end where isRequired && values.isEmpty: throw UsageError("missing expected argument '<\(name)> ...'")
        case .positional where !isTaken:
            values.append(word)
            isTaken = true
        default: break
        }
    }

    /// The words after `--`.
    mutating func rest(_ name: String, sets values: inout [String], _ help: String) {
        if mode == .help { self.help.append(ArgumentHelp(positional: name, "[-- <\(name)> ...]", help)) }
        guard mode == .rest else { return }
        values = Array(words[next...])
        next = words.count
        isTaken = true
    }

    /// Whether the flag in hand is this one, which then is taken.
    @inline(__always)
    private mutating func matches(
        _ name: String, _ second: String?, _ third: String?, _ values: [String], _ help: String?
    ) -> Bool {
        if mode == .help {
            if let help {
                let names = [name, second, third].compactMap { $0 }
                self.help.append(ArgumentHelp(flag: names, values, help))
            }
            return false
        }
        guard mode == .flag, !isTaken, word == name || word == second || word == third else { return false }
        isTaken = true
        return true
    }

    /// What belongs to the flag in hand: the next word, whatever it looks like, unless something is written with the flag.
    private mutating func takeValue() throws(UsageError) -> String {
        if let value = attached {
            attached = nil
            return value
        }
        guard next < words.count else {
            throw UsageError("flag '\(word)' requires 1 argument(s), but only 0 were given")
        }
        next += 1
        return words[next - 1]
    }
}

/// The two values of a flag such as `--argstr name text`.
struct ArgumentPair {
    let name: String
    let value: String
}

/// What a flag's value can become.
protocol ArgumentValue {
    /// - Parameter flag: the flag, with its dashes, for the message.
    init(argument: String, of flag: String) throws(UsageError)
}

extension String: ArgumentValue {
    init(argument: String, of flag: String) throws(UsageError) { self = argument }
}

extension Int: ArgumentValue {
    init(argument: String, of flag: String) throws(UsageError) {
        guard let number = Int(argument) else {
            throw UsageError("setting '\(flag.drop { $0 == "-" })' has invalid value '\(argument)'")
        }
        self = number
    }
}

/// A flag that takes one of a few words.
protocol ArgumentChoice: ArgumentValue, RawRepresentable where RawValue == String {}

extension ArgumentChoice {
    init(argument: String, of flag: String) throws(UsageError) {
        guard let choice = Self(rawValue: argument) else {
            throw UsageError(
                "option '\(flag.drop { $0 == "-" })' has an invalid value '\(argument)'", suggestsHelp: false)
        }
        self = choice
    }
}
