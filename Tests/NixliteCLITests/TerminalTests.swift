import NixBuild
import Testing

@testable import NixliteCLI

@Suite struct TerminalTests {
    @Test func aBarSaysHowFarAFetchIs() {
        var progress = FetchProgress(name: "bert")
        progress.bytesDone = 50 << 20
        progress.bytesExpected = 100 << 20
        #expect(
            ProgressLine.bar(progress, 10 * 1_048_576)
                == "bert  [##########..........]  50 %  50.0 MiB/100.0 MiB  10.0 MiB/s  0:05")
        progress.filesDone = 3
        progress.filesExpected = 12
        progress.retries = 1
        progress.connections = 8
        #expect(
            ProgressLine.bar(progress, 0).hasSuffix("50.0 MiB/100.0 MiB  3/12 files  8 connections  1 retry"))
    }

    @Test func aPlainLineSaysTheSame() {
        var progress = FetchProgress(name: "bert")
        progress.bytesDone = 1536
        #expect(ProgressLine.plain(progress, 0) == "bert: 1.5 KiB")
        progress.bytesExpected = 3072
        #expect(ProgressLine.plain(progress, 512) == "bert: 1.5 KiB of 3.0 KiB (50 %), 512 B/s, 0:03 left")
    }

    @Test func filesInFlightShareTheRowsThereAre() {
        var progress = FetchProgress(name: "bert")
        progress.filesExpected = 9
        progress.files = (0..<6).map { FetchProgress.File(name: "f\($0)", bytesDone: 1, bytesExpected: 2) }
        progress.files[1].trouble = "server answered 503"
        let fetches = [FetchRate(progress, 0)]
        let tall = LiveLines.lines(fetches, 0, width: 80, height: 24)
        #expect(tall.count == 7)
        #expect(tall[2] == "  f1  [##########..........]  50 %  1 B/2 B  trying again: server answered 503")
        let low = LiveLines.lines(fetches, 0, width: 80, height: 6)
        #expect(low.count == 4 && low[3] == "  and 4 more")
        #expect(LiveLines.lines(fetches, 0, width: 20, height: 24).allSatisfy { $0.count < 20 })
        let many = (0..<9).map { FetchRate(FetchProgress(name: "m\($0)"), 0) }
        #expect(
            LiveLines.lines(many, 0, width: 80, height: 6) == ["m0  0 B", "m1  0 B", "m2  0 B", "and 6 more fetches"])
    }

    @Test func liveLinesAreDrawnOverThemselves() {
        var area = LiveArea()
        #expect(area.draw(["ab", "c"], width: 80) == "ab\u{1b}[K\nc\u{1b}[K\n")
        // A terminal that got narrower has wrapped the first line.
        #expect(area.draw(["d"], width: 1) == "\u{1b}[3A\rd\u{1b}[K\n\u{1b}[J")
        #expect(area.print("note", width: 80) == "\u{1b}[1A\r\u{1b}[Jnote\n")
        #expect(area.clear(width: 80) == "")
    }

    @Test func speedIsThatOfTheLastSeconds() {
        var progress = FetchProgress(name: "bert")
        var rate = FetchRate(progress, 0)
        for second in 1...20 {
            progress.bytesDone += second <= 10 ? 1_000_000 : 1000
            rate.take(progress, Double(second))
        }
        #expect(rate.bytesPerSecond(20) == 1000)
        // What was there before is no speed.
        progress.bytesDone += 500_000
        progress.bytesResumed += 500_000
        rate.take(progress, 20.5)
        #expect(rate.bytesPerSecond(20.5) < 1001)
    }

    @Test func aSummaryTellsWhereTheBytesCameFrom() {
        var progress = FetchProgress(name: "bert")
        progress.filesDone = 2
        progress.bytesDone = 30 << 20
        #expect(
            FetchSummary(progress, from: 0, to: 3).text == "2 files, 30.0 MiB in 3.0 s, 10.0 MiB/s from the network")
        progress.bytesResumed = 10 << 20
        progress.retries = 2
        var total = FetchSummary(progress, from: 0, to: 20)
        #expect(
            total.text
                == "2 files, 30.0 MiB in 0:20, 20.0 MiB of it 1.0 MiB/s from the network, the rest from an earlier run, 2 retries"
        )
        total.add(FetchSummary(progress, from: 10, to: 40))
        #expect(total.fetches == 2 && total.text.hasPrefix("4 files, 60.0 MiB in 0:40, 40.0 MiB of it"))
        progress.bytesResumed = progress.bytesDone
        progress.retries = 0
        #expect(FetchSummary(progress, from: 0, to: 1).text == "2 files, 30.0 MiB in 1.0 s, from an earlier run")
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
