import Glibc
import NixBuild
import NixFetch
import NixFormats
import NixStore

/// A project's shell, ready to be entered.
struct ShellLaunch {
    let shell: DevShell
    let script: ShellScript

    /// Evaluates and builds what the shell needs and makes its files.
    init(_ session: Session, _ installable: String, _ display: ProgressDisplay) throws {
        let shell = try session.shell(installable)
        try session.keep(shell)
        try self.init(shell, session, display)
    }

    /// Makes a shell's files.
    init(_ shell: DevShell, _ session: Session, _ display: ProgressDisplay) throws {
        let environment = FetchEnvironment.current().variables
        self.shell = shell
        let names = StorePathTranslation(session.access.layout)
        let files = ShellFiles(shell, names, environment: environment) { display.report($0) }
        try files.make()
        script = ShellScript(shell, names, environment: environment, programs: files.programs)
        let placeholders = shell.placeholders
        if !placeholders.isEmpty {
            display.report(
                .note(
                    "note: nixlite does not build these packages; the programs of this machine are used: \(placeholders.joined(separator: ", "))"
                ))
        }
    }

    /// Becomes the command, or an interactive shell where there is none, and returns only when that fails.
    func run(_ command: [String]) throws -> CommandFailure {
        let (bash, arguments) = try prepared(command)
        signal(SIGPIPE, SIG_DFL)
        signal(SIGXFSZ, SIG_DFL)
        SignalWatch.stop()
        ChildProcess.withCStrings(arguments.map { ByteString($0) }) { _ = execv(bash, $0) }
        return CommandFailure("executing '\(bash)': \(String(cString: strerror(errno)))")
    }

    /// Where bash is, and its arguments, the first of them its name, for a command or an interactive shell.
    func prepared(_ command: [String]) throws -> (program: String, arguments: [String]) {
        let folder = "\(shell.dotfile)/nixlite"
        do throws(BuildFailure) {
            try FileModes.makeFolders(RealPath(folder))
        } catch {
            throw CommandFailure(error.message)
        }
        let file = "\(folder)/enter.sh"
        let path = EnvironmentVariable.value("PATH") ?? "/usr/bin:/bin"
        guard let bash = ProgramSearch.find("bash", path: path) else {
            throw CommandFailure("the program 'bash' is needed and not on PATH")
        }
        // Without a terminal bash would not read the file of an interactive shell: it gets its commands in the environment.
        let isPiped = command.isEmpty && isatty(STDIN_FILENO) == 0
        let command = isPiped ? [bash, "--noprofile", "--norc"] : command
        var arguments: [String]
        if command.isEmpty {
            // An interactive shell reads the user's own settings first.
            let start = Array("if [ -e ~/.bashrc ]; then . ~/.bashrc; fi\n".utf8)
            let prompt = Array(
                "PS1=\"(\(shell.name.filter { $0.isLetter || $0.isNumber || "-_. ".contains($0) })) ${PS1-}\"\n".utf8)
            try SmallFile.write(file, start + script.text + prompt)
            arguments = ["bash", "--rcfile", file]
        } else {
            try SmallFile.write(file, script.text)
            arguments = ["bash", "--noprofile", "--norc", "-c", "source \"$0\"; exec \"$@\"", file] + command
        }
        return (bash, arguments)
    }
}
