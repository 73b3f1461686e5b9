import Glibc

/// Reads lines from a terminal with editing, history and completion, or from anything else as they come.
final class LineEditor {
    enum Input: Equatable {
        case line([UInt8])
        case end
        /// The user interrupted the editing of the line.
        case interrupted
    }

    private let library: LineLibrary?
    private let history: LineHistory
    private let interrupts: ReplInterrupts
    private var pending: [UInt8] = []
    private var reachedEnd = false

    /// What completion asks; set while a line is read, since the library's callback carries nothing along.
    private nonisolated(unsafe) static var current: (complete: ([UInt8]) -> [[UInt8]], interrupts: ReplInterrupts)?
    private nonisolated(unsafe) static var takesCodePoints = false
    /// Bytes still to come that were typed while the terminal gathered lines.
    private nonisolated(unsafe) static var typedAhead = 0

    /// - Parameter isInteractive: whether standard input is a terminal.
    init(isInteractive: Bool, history: LineHistory, interrupts: ReplInterrupts) {
        self.history = history
        self.interrupts = interrupts
        library = isInteractive ? LineLibrary() : nil
        guard let library else { return }
        Self.takesCodePoints = library.takesCodePoints
        // The library takes from the locale which characters can be shown.
        setlocale(LC_CTYPE, "")
        library.prepare(
            wordBreaks: " \n\r\t(){}[]", complete: { text, _, _ in LineEditor.matches(text) },
            getCharacter: { _ in LineEditor.nextCharacter() })
        for line in history.read() { library.addHistory(line) }
    }

    /// The next line.
    ///
    /// - Parameter complete: gives what the word before the cursor may become.
    func read(_ prompt: String, complete: @escaping ([UInt8]) -> [[UInt8]]) -> Input {
        guard let library else { return readPlainly(prompt) }
        Self.current = (complete, interrupts)
        interrupts.beginPrompt()
        let mode = Self.leaveLineMode()
        let line = library.readLine(prompt)
        if var mode { tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) }
        let wasInterrupted = interrupts.endPrompt()
        Self.current = nil
        if wasInterrupted { return .interrupted }
        guard let line else { return .end }
        if !line.isEmpty {
            library.addHistory(line)
            history.append(line)
        }
        return .line(line)
    }

    /// Shows the prompt and, since nothing else would, the line itself.
    private func readPlainly(_ prompt: String) -> Input {
        StandardStreams.output(prompt)
        guard let line = nextLine() else { return .end }
        if isatty(STDIN_FILENO) == 0 { StandardStreams.output(line + [UInt8(ascii: "\n")]) }
        return .line(line)
    }

    private func nextLine() -> [UInt8]? {
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                defer { pending.removeSubrange(...end) }
                return Array(pending[..<end])
            }
            if reachedEnd {
                defer { pending = [] }
                return pending.isEmpty ? nil : pending
            }
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = Glibc.read(STDIN_FILENO, &chunk, chunk.count)
            if count > 0 { pending += chunk[..<count] }
            if count == 0 || count < 0 && errno != EINTR { reachedEnd = true }
        }
    }

    // MARK: The terminal's mode

    /// The character that ends the input.
    private static let endOfFile: UInt8 = 4

    /// Makes the terminal give characters one by one before the prompt invites the user to type them; returns the mode that
    /// it had.
    ///
    /// The library does so itself, but after the prompt. An end of file that is typed before then is kept by the terminal as a
    /// NUL, which the library would take for a key without meaning: `nextByte` makes it an end again.
    private static func leaveLineMode() -> termios? {
        var old = termios()
        guard tcgetattr(STDIN_FILENO, &old) == 0, old.c_lflag & tcflag_t(ICANON) != 0 else { return nil }
        var new = old
        new.c_lflag &= ~tcflag_t(ICANON | ECHO)
        guard tcsetattr(STDIN_FILENO, TCSADRAIN, &new) == 0 else { return nil }
        var count: Int32 = 0
        typedAhead = ioctl(STDIN_FILENO, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
        return old
    }

    // MARK: What the library calls

    private static func nextCharacter() -> Int32 {
        guard let first = nextByte() else { return -1 }
        guard takesCodePoints, first >= 0x80 else { return Int32(first) }
        var bytes = [first]
        let count = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1
        while bytes.count < count, let next = nextByte() { bytes.append(next) }
        return Int32(bitPattern: String(decoding: bytes, as: UTF8.self).unicodeScalars.first?.value ?? UInt32(first))
    }

    private static func nextByte() -> UInt8? {
        guard let byte = current?.interrupts.nextByte() else { return nil }
        guard typedAhead > 0 else { return byte }
        typedAhead -= 1
        return byte == 0 ? endOfFile : byte
    }

    /// What a word may become, as the library wants it: the shared beginning, the words, and a null.
    private static func matches(
        _ text: UnsafePointer<CChar>?
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        guard let text, let current else { return nil }
        let word = Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
        let words = current.complete(word)
        guard var shared = words.first else { return nil }
        for word in words {
            shared = Array(zip(shared, word).prefix { $0 == $1 }.map(\.0))
        }
        let size = (words.count + 2) * MemoryLayout<UnsafeMutablePointer<CChar>?>.stride
        guard let list = malloc(size)?.assumingMemoryBound(to: UnsafeMutablePointer<CChar>?.self) else { return nil }
        for (index, word) in ([shared] + words).enumerated() {
            list[index] = strdup(String(decoding: word, as: UTF8.self))
        }
        list[words.count + 1] = nil
        return list
    }
}
