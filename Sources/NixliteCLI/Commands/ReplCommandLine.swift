import Glibc
import NixBuild

/// `nixlite repl`: expressions read, evaluated and printed one by one.
struct ReplCommandLine: Command {
    var installable = InstallableArguments()
    var evaluation = EvaluationArguments()
    var build = BuildArguments()
    var global = GlobalArguments()

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try installable.declare(&line)
        try evaluation.declare(&line)
        try build.declare(&line)
        try global.declare(&line)
    }

    func run() throws {
        var session = try CommandSession(global: global, evaluation: evaluation, build: build)
        let interruption = InterruptTarget()
        session.interruption = interruption
        try session.run { session, display in
            var request = installable.request()
            request.takesWholeFlakes = true
            let repl = Repl(session, display, request: request, isInteractive: isatty(STDIN_FILENO) == 1)
            interruption.set(repl.interrupts)
            try repl.run()
        }
    }
}
