import Foundation
import NixBuild
import Testing

@testable import NixliteCLI

/// `internal-json` as Nix 2.34 prints it for a build that fetches.
@Suite struct ActivityLogTests {
    private func parsed(_ lines: String) throws -> [[String: Any]] {
        try lines.split(separator: "\n").map { line in
            try #require(line.hasPrefix("@nix "))
            return try #require(
                try JSONSerialization.jsonObject(with: Data(line.dropFirst(5).utf8)) as? [String: Any])
        }
    }

    @Test func aBuildWithADownload() throws {
        var log = ActivityLog()
        let path = "/nix/store/6428vg15kn64d3k9hy5gmbgvb07bzws7-f.bin.drv"
        let planned = try parsed(log.lines(.planned(PlannedWork(builds: [path])), 0))
        #expect(planned[0]["msg"] as? String == "this derivation will be built:")
        #expect(planned[0]["level"] as? Int == 3)
        #expect(planned.dropFirst(2).prefix(3).compactMap { $0["type"] as? Int } == [102, 104, 103])
        let begun = try parsed(log.lines(.building(path), 0))
        let build = try #require(begun.last)
        #expect(build["type"] as? Int == 105 && build["text"] as? String == "building '\(path)'")
        #expect((build["fields"] as? [Any])?.count == 4)
        var progress = FetchProgress(name: "f.bin")
        progress.files = [FetchProgress.File(name: "a", bytesDone: 1, bytesExpected: 10)]
        let transfer = try parsed(log.lines(.progress(progress), 1))
        #expect(transfer.map { $0["type"] as? Int } == [101, 105])
        #expect(transfer[0]["parent"] as? Int == build["id"] as? Int)
        #expect(transfer[1]["fields"] as? [Int] == [1, 10, 0, 0])
        // Not more often than ten times a second.
        progress.files[0].bytesDone = 2
        #expect(log.lines(.progress(progress), 1.05) == "")
        #expect(try parsed(log.lines(.progress(progress), 1.2)).count == 1)
        let line = try parsed(log.lines(.logLine(name: "f.bin", line: Array("one\u{1b}[1m".utf8)), 2))
        #expect(line[0]["type"] as? Int == 101 && line[0]["fields"] as? [String] == ["one"])
        let ended = try parsed(log.lines(.progressEnded(progress, succeeded: true), 3))
        #expect(ended.map { $0["action"] as? String } == ["stop"])
        let built = try parsed(log.lines(.built(path), 4))
        #expect(built.map { $0["action"] as? String } == ["stop", "result", "result", "stop", "stop", "stop"])
        #expect(built[1]["fields"] as? [Int] == [1, 1, 0, 0])
    }

    @Test func aSubstitution() throws {
        var log = ActivityLog()
        let (path, cache) = ("/nix/store/x5qbk3rdymh6vmm8gfx4kpmkcyzfsi7b-leaf", "http://127.0.0.1:8830")
        var work = PlannedWork()
        work.fetches = [path]
        (work.downloadSize, work.unpackedSize) = (128, 1 << 20)
        let planned = try parsed(log.lines(.planned(work), 0))
        #expect(
            planned[0]["msg"] as? String == "this path will be fetched (0.1 KiB download, 1.0 MiB unpacked):")
        #expect(planned[1]["msg"] as? String == "  \(path)")
        let begun = try parsed(log.lines(.copying(path, from: cache), 1))
        let (substitution, copy) = (begun[begun.count - 2], begun[begun.count - 1])
        #expect(substitution["type"] as? Int == 108 && substitution["text"] as? String == "")
        #expect(substitution["fields"] as? [String] == [path, cache] && substitution["level"] as? Int == 0)
        #expect(copy["type"] as? Int == 100 && copy["text"] as? String == "copying path '\(path)' from '\(cache)'")
        #expect(copy["fields"] as? [String] == [path, cache, "local"] && copy["level"] as? Int == 3)
        #expect(copy["parent"] as? Int == substitution["id"] as? Int)
        let ended = try parsed(log.lines(.copied(path), 2))
        #expect(ended.map { $0["action"] as? String } == ["stop", "stop", "result", "result", "stop", "stop", "stop"])
        #expect(ended[3]["fields"] as? [Int] == [1, 1, 0, 0])
    }

    @Test func messages() throws {
        var log = ActivityLog()
        #expect(try parsed(log.lines(.warning("w"), 0))[0]["level"] as? Int == 1)
        #expect(try parsed(log.lines(.text(Array("trace: hi".utf8)), 0))[0]["msg"] as? String == "trace: hi")
        let error = try parsed(ActivityLog.error("a\nb"))[0]
        #expect(error["raw_msg"] as? String == "a\nb")
        #expect(error["msg"] as? String == "\u{1b}[31;1merror:\u{1b}[0m a\n       b")
    }
}
