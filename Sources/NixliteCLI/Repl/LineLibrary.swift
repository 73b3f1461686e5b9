import Glibc

/// A library for the editing of lines, loaded when a terminal first asks for one: libedit, else readline, whose names it
/// shares.
///
/// Both keep their state in global variables, so there is one for the program.
struct LineLibrary: @unchecked Sendable {
    typealias Complete =
        @convention(c) (UnsafePointer<CChar>?, Int32, Int32) -> UnsafeMutablePointer<
            UnsafeMutablePointer<CChar>?
        >?
    typealias GetCharacter = @convention(c) (OpaquePointer?) -> Int32
    private typealias ReadLine = @convention(c) (UnsafePointer<CChar>) -> UnsafeMutablePointer<CChar>?
    private typealias Initialize = @convention(c) () -> Int32
    private typealias AddHistory = @convention(c) (UnsafePointer<CChar>) -> Int32

    private let handle: UnsafeMutableRawPointer
    private let initializeFunction: Initialize
    private let readLineFunction: ReadLine
    private let addHistoryFunction: AddHistory
    /// Whether characters are asked for as code points, as libedit does, not as bytes.
    let takesCodePoints: Bool

    /// The library; nil where the machine has none.
    init?() {
        let names = [("libedit.so.2", true), ("libedit.so.0", true), ("libreadline.so.8", false)]
        for (name, takesCodePoints) in names {
            guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL), let readLine = dlsym(handle, "readline"),
                let initialize = dlsym(handle, "rl_initialize"), let addHistory = dlsym(handle, "add_history")
            else { continue }
            self.handle = handle
            initializeFunction = unsafeBitCast(initialize, to: Initialize.self)
            readLineFunction = unsafeBitCast(readLine, to: ReadLine.self)
            addHistoryFunction = unsafeBitCast(addHistory, to: AddHistory.self)
            self.takesCodePoints = takesCodePoints
            return
        }
        return nil
    }

    /// Must be called once, before the first line.
    ///
    /// - Parameters:
    ///   - wordBreaks: characters that words do not have, for completion.
    ///   - complete: gives the words that the one before the cursor may become, the part they share first.
    ///   - getCharacter: gives the next character, −1 at the end.
    func prepare(wordBreaks: String, complete: Complete, getCharacter: GetCharacter) {
        // Both live as long as the program.
        set("rl_readline_name", to: strdup("nixlite"))
        let breaks = strdup(wordBreaks)
        set("rl_basic_word_break_characters", to: breaks)
        set("rl_completer_word_break_characters", to: breaks)
        set("rl_attempted_completion_function", to: complete)
        set("rl_completion_append_character", to: Int32(0))
        set("rl_attempted_completion_over", to: Int32(1))
        set("rl_catch_signals", to: Int32(0))
        set("rl_getc_function", to: getCharacter)
        // It remembers the terminal's mode of this moment and returns to that after each line.
        _ = initializeFunction()
    }

    /// One line without its end; nil at the end of the input.
    func readLine(_ prompt: String) -> [UInt8]? {
        // Completion functions that find nothing leave file names to the library unless they say so each time.
        set("rl_attempted_completion_over", to: Int32(1))
        guard let line = readLineFunction(prompt) else { return nil }
        defer { free(line) }
        return Array(UnsafeRawBufferPointer(start: line, count: strlen(line)))
    }

    func addHistory(_ line: [UInt8]) {
        var text = line.map { CChar(bitPattern: $0) }
        text.append(0)
        _ = addHistoryFunction(text)
    }

    private func set<Value>(_ name: String, to value: Value) {
        guard let variable = dlsym(handle, name) else { return }
        variable.assumingMemoryBound(to: Value.self).pointee = value
    }
}
