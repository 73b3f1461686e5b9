import NixBuild
import Testing

@testable import NixliteCLI

@Suite struct TerminalTests {
    @Test func aBarIsCutToTheTerminal() {
        var progress = FetchProgress(name: "bert")
        progress.bytesDone = 50 << 20
        progress.bytesExpected = 100 << 20
        let line = ProgressLine.bar(progress, 10 * 1_048_576, width: 100)
        #expect(line == "bert  [##########..........]  50 %  50.0 MiB/100.0 MiB  10.0 MiB/s  0:05")
        #expect(ProgressLine.bar(progress, 0, width: 20).count == 19)
    }

    @Test func aPlainLineSaysTheSame() {
        var progress = FetchProgress(name: "bert")
        progress.bytesDone = 1536
        #expect(ProgressLine.plain(progress, 0) == "bert: 1.5 KiB")
        progress.bytesExpected = 3072
        #expect(ProgressLine.plain(progress, 512) == "bert: 1.5 KiB of 3.0 KiB (50 %), 512 B/s")
    }

    @Test func durationsAreShort() {
        #expect(ProgressLine.duration(62) == "1:02")
        #expect(ProgressLine.duration(3723) == "1:02:03")
    }

    @Test(arguments: [
        ("a\u{1b}[31mred\u{1b}[0m", "ared"), ("\u{1b}]0;title\u{7}x", "x"), ("\u{1b}]0;t\u{1b}\\y", "y"),
        ("tab\there\u{8}", "tab\there"), ("\u{1b}[", ""),
    ])
    func foreignTextCannotSteerTheTerminal(_ text: String, _ safe: String) {
        #expect(SafeText.printable(Array(text.utf8)) == safe)
    }

    @Test func furtherLinesAreIndented() {
        #expect(ErrorText.indented("a\nb\n\n  c") == "a\n       b\n\n         c")
    }
}
