/// What `--help` says of one flag or argument.
struct ArgumentHelp {
    let isFlag: Bool
    /// As it stands in the list: `-o, --out-link <name>`.
    let label: String
    /// As it stands in the line of usage; flags do not.
    let usage: String
    let text: String

    init(flag names: [String], _ values: [String], _ text: String) {
        isFlag = true
        label = ([names.joined(separator: ", ")] + values.map { "<\($0)>" }).joined(separator: " ")
        usage = ""
        self.text = text
    }

    init(positional name: String, _ usage: String, _ text: String) {
        isFlag = false
        label = "<\(name)>"
        self.usage = usage
        self.text = text
    }
}

/// The text that `--help` prints.
enum HelpText {
    private static let column = 34

    /// - Parameter names: of the command, the program's first.
    static func text(_ entry: CommandEntry, names: [String]) -> String {
        var arguments: [ArgumentHelp] = []
        if let make = entry.make { arguments = help(make()) }
        var usage = names.joined(separator: " ")
        if !entry.subcommands.isEmpty { usage += " <subcommand>" }
        if arguments.contains(where: \.isFlag) { usage += " [<options>]" }
        for argument in arguments where !argument.isFlag { usage += " " + argument.usage }
        var text = "OVERVIEW: \(entry.summary)\n\nUSAGE: \(usage)\n"
        text += section("ARGUMENTS", arguments.filter { !$0.isFlag }.map { ($0.label, $0.text) })
        let own = [("-h, --help", "Show help information.")]
        let version = names.count == 1 ? [("--version", "Show the version.")] : []
        text += section("OPTIONS", arguments.filter(\.isFlag).map { ($0.label, $0.text) } + version + own)
        text += section("SUBCOMMANDS", entry.subcommands.map { ($0.name, $0.summary) })
        return text
    }

    private static func help(_ command: some Command) -> [ArgumentHelp] { ArgumentReader.help(of: command) }

    private static func section(_ title: String, _ lines: [(label: String, text: String)]) -> String {
        guard !lines.isEmpty else { return "" }
        return lines.reduce("\n\(title):\n") { text, line in
            let label = "  \(line.label)"
            let fits = label.count < column - 1
            let gap = String(repeating: " ", count: fits ? column - label.count : column)
            return text + label + (fits ? "" : "\n") + gap + line.text + "\n"
        }
    }
}
