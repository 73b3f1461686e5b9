import Glibc
import NixFormats
import NixStore

/// The program from its arguments to its exit code.
package enum Program {
    /// Runs the command that `arguments` (the program's name first) ask for and returns the exit code.
    package static func run(_ arguments: [String]) -> Int32 {
        // Both are errors of the write that was refused.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        let terminal = Terminal()
        let invocation = Invocation(arguments)
        let messages = ErrorMessages(terminal, invocation.arguments)
        do {
            if let legacy = LegacyProgram(rawValue: invocation.program) {
                try legacy.run(invocation.arguments, name: invocation.program)
                return ProgramExit.success
            }
            try CommandChoice(invocation.arguments).parse().run()
            return ProgramExit.success
        } catch let failure as CommandFailure {
            if let message = failure.message { messages.print(message) }
            return failure.code
        } catch let usage as UsageError {
            return report(usage, invocation.program, messages)
        } catch let error as FormatError {
            messages.print("\(error)")
            return ProgramExit.failure
        } catch let error as StoreError {
            messages.print(error.message)
            return ProgramExit.failure
        } catch {
            messages.print("\(error)")
            return ProgramExit.failure
        }
    }

    private static func report(_ usage: UsageError, _ program: String, _ messages: ErrorMessages) -> Int32 {
        messages.print(usage.message)
        if usage.suggestsHelp { StandardStreams.error("Try '\(program) --help' for more information.\n") }
        return ProgramExit.failure
    }
}

/// How the error that ends a command is printed.
struct ErrorMessages {
    private let terminal: Terminal
    private let isJSON: Bool

    /// - Parameter words: the command line, which may be wrong, so that no flag of it was parsed.
    init(_ terminal: Terminal, _ words: [String]) {
        self.terminal = terminal
        isJSON =
            words.contains("--log-format=internal-json")
            || zip(words, words.dropFirst()).contains { $0 == "--log-format" && $1 == "internal-json" }
    }

    /// Prints a message, its further lines indented, or as Nix's JSON line.
    func print(_ message: String) {
        StandardStreams.error(
            isJSON
                ? ActivityLog.error(message)
                : "\(terminal.error("error:")) \(ErrorText.indented(message))\n")
    }
}

/// How the program was called.
struct Invocation {
    /// The name that messages use: the program's own, or that of one of Nix's programs that it answers as.
    let program: String
    let arguments: [String]

    init(_ words: [String]) {
        let path = words.first ?? "nixlite"
        let name = path.split(separator: "/").last.map(String.init) ?? path
        program = LegacyProgram(rawValue: name) == nil ? "nixlite" : name
        arguments = Array(words.dropFirst())
    }
}
