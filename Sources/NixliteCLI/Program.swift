import Glibc
import NixFormats
import NixStore

/// The program from its arguments to its exit code.
package enum Program {
    /// Runs the command that `arguments` (the program's name first) ask for and returns the exit code.
    package static func run(_ arguments: [String]) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        let terminal = Terminal()
        let invocation = Invocation(arguments)
        do {
            try CommandChoice(invocation.arguments).parse().run()
            return ProgramExit.success
        } catch let failure as CommandFailure {
            if let message = failure.message { printError(message, terminal) }
            return failure.code
        } catch let usage as UsageError {
            return report(usage, invocation.program, terminal)
        } catch let error as FormatError {
            printError("\(error)", terminal)
            return ProgramExit.failure
        } catch let error as StoreError {
            printError(error.message, terminal)
            return ProgramExit.failure
        } catch {
            printError("\(error)", terminal)
            return ProgramExit.failure
        }
    }

    /// Prints a message, its further lines indented.
    static func printError(_ message: String, _ terminal: Terminal) {
        StandardStreams.error("\(terminal.error("error:")) \(ErrorText.indented(message))\n")
    }

    private static func report(_ usage: UsageError, _ program: String, _ terminal: Terminal) -> Int32 {
        printError(usage.message, terminal)
        if usage.suggestsHelp { StandardStreams.error("Try '\(program) --help' for more information.\n") }
        return ProgramExit.failure
    }
}

/// Which command was asked for: `nixlite …`, or one of Nix's older programs by its name.
struct Invocation {
    /// The name that messages use.
    let program: String
    /// The arguments of `nixlite` that mean the same.
    let arguments: [String]

    init(_ words: [String]) {
        let path = words.first ?? "nixlite"
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let rest = Array(words.dropFirst())
        switch name {
        case "nix-instantiate":
            program = name
            arguments = ["instantiate"] + rest
        case "nix-hash":
            program = name
            arguments = ["hash", "legacy"] + rest
        default:
            program = "nixlite"
            arguments = rest
        }
    }
}
