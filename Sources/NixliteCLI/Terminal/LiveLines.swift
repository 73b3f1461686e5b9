import NixBuild

/// The lines at the bottom of a terminal that are drawn again and again.
struct LiveArea {
    /// How many columns each of the drawn lines takes.
    private var drawn: [Int] = []

    /// Moves the cursor to the first drawn line; a terminal that got narrower has wrapped them.
    private func top(width: Int) -> String {
        let rows = drawn.reduce(0) { $0 + max(1, ($1 + width - 1) / max(1, width)) }
        return rows == 0 ? "" : "\u{1b}[\(rows)A\r"
    }

    /// Takes the lines away.
    mutating func clear(width: Int) -> String {
        let text = drawn.isEmpty ? "" : top(width: width) + "\u{1b}[J"
        drawn = []
        return text
    }

    /// Takes the lines away and prints others for good.
    mutating func print(_ text: String, width: Int) -> String {
        clear(width: width) + text + "\n"
    }

    /// Draws lines over those before, without a moment in which there are none.
    mutating func draw(_ lines: [String], width: Int) -> String {
        let text = top(width: width) + lines.map { "\($0)\u{1b}[K\n" }.joined() + (drawn.isEmpty ? "" : "\u{1b}[J")
        drawn = lines.map(\.count)
        return text
    }
}

/// What the live lines say: a line for each fetch, below it the files in flight.
enum LiveLines {
    /// At most so many files of one fetch.
    private static let mostFiles = 8

    /// - Parameter height: rows of the terminal; two stay free for what is above.
    static func lines(_ fetches: [FetchRate], _ now: Double, width: Int, height: Int) -> [String] {
        guard !fetches.isEmpty else { return [] }
        let room = max(1, height - 2)
        let shown = fetches.prefix(room)
        let rest = fetches.count - shown.count
        // What is left after a line for each fetch is shared out to their files.
        let share = min(mostFiles, max(0, (room - shown.count) / max(1, shown.count)))
        var lines: [String] = []
        for fetch in shown {
            lines.append(cut(ProgressLine.bar(fetch.progress, fetch.bytesPerSecond(now)), width))
            let files = fetch.progress.files
            // A single file is what the line above says already.
            guard share > 0, files.count > 1 || fetch.progress.filesExpected > 1 || hasTrouble(files) else { continue }
            let count = files.count <= share ? files.count : share - 1
            for file in files.prefix(count) { lines.append(cut("  \(ProgressLine.file(file))", width)) }
            if files.count > count { lines.append(cut("  and \(files.count - count) more", width)) }
        }
        if rest > 0 { lines[lines.count - 1] = cut("and \(rest + 1) more fetches", width) }
        return lines
    }

    private static func hasTrouble(_ files: [FetchProgress.File]) -> Bool { files.contains { $0.trouble != nil } }

    private static func cut(_ line: String, _ width: Int) -> String {
        line.count < width ? line : String(line.prefix(max(0, width - 1)))
    }
}
