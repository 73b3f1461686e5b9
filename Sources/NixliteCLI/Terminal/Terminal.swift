import Glibc

/// What standard error is: whether it shows colours and can redraw lines, and how wide it is.
struct Terminal: Sendable {
    /// Whether standard error is a terminal that understands cursor movement.
    let isInteractive: Bool
    /// Whether to colour.
    let hasColour: Bool

    init() {
        let isTerminal = isatty(STDERR_FILENO) == 1
        let kind = EnvironmentVariable.value("TERM") ?? "dumb"
        isInteractive = isTerminal && kind != "dumb"
        hasColour = isInteractive && EnvironmentVariable.value("NO_COLOR") == nil
    }

    init(isInteractive: Bool, hasColour: Bool) {
        self.isInteractive = isInteractive
        self.hasColour = hasColour
    }

    /// Columns now; 80 where nobody says.
    var width: Int { size.columns }

    /// Columns and rows now; 80 and 24 where nobody says.
    var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// `text` in bold red, as `error:` is.
    func error(_ text: String) -> String { hasColour ? "\u{1b}[31;1m\(text)\u{1b}[0m" : text }

    /// `text` in bold magenta, as `warning:` is.
    func warning(_ text: String) -> String { hasColour ? "\u{1b}[35;1m\(text)\u{1b}[0m" : text }
}
