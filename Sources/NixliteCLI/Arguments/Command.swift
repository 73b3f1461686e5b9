/// A command of the program: its flags as variables, and what it does.
protocol Command {
    /// Names each flag and argument, and the variable it sets, to the reader.
    mutating func declare(_ line: inout ArgumentReader) throws(UsageError)

    func run() throws
}

/// Flags that several commands share.
protocol ArgumentGroup {
    init()
    mutating func declare(_ line: inout ArgumentReader) throws(UsageError)
}

/// A name on the command line: a command, or a group of them.
struct CommandEntry {
    let name: String
    /// What help says of it.
    let summary: String
    /// Nil for a group.
    var make: (() -> any Command)?
    /// The older program that reads the command line itself.
    var program: LegacyProgram?
    /// What the older program reads before the words of the command line: its operation.
    var operation: [String] = []
    var subcommands: [CommandEntry] = []

    init(_ name: String, _ summary: String, _ command: @autoclosure @escaping () -> any Command) {
        self.name = name
        self.summary = summary
        make = command
    }

    init(_ name: String, _ summary: String, program: LegacyProgram, _ operation: [String] = []) {
        self.name = name
        self.summary = summary
        self.program = program
        self.operation = operation
    }

    init(_ name: String, _ summary: String, _ subcommands: [CommandEntry]) {
        self.name = name
        self.summary = summary
        self.subcommands = subcommands
    }
}
