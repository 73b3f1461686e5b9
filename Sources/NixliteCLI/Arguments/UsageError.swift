/// A command line that does not make sense, worded as Nix words it.
struct UsageError: Error {
    let message: String
    /// Whether the line that points to `--help` follows.
    let suggestsHelp: Bool

    init(_ message: String, suggestsHelp: Bool = true) {
        self.message = message
        self.suggestsHelp = suggestsHelp
    }
}
