/// The exit codes that are not a build's own.
enum ProgramExit {
    static let success: Int32 = 0
    static let failure: Int32 = 1
    /// A reader of our output went away: what a shell reports for SIGPIPE.
    static let brokenPipe: Int32 = 141
}

/// How a command ends when it fails: a message in Nix's words, without `error: `, and an exit code.
struct CommandFailure: Error {
    /// What to print, or nil where everything was printed already.
    let message: String?
    let code: Int32

    init(_ message: String?, code: Int32 = ProgramExit.failure) {
        self.message = message
        self.code = code
    }
}
