import Foundation
import NixFormats
import Synchronization
import Testing

@testable import NixFetch

/// Remembers events.
final class RecordingObserver: FetchObserver {
    private let recorded = Mutex<[FetchEvent]>([])

    func observe(_ event: FetchEvent) {
        recorded.withLock { $0.append(event) }
    }

    var events: [FetchEvent] { recorded.withLock { $0 } }
}

/// A download against the fault server: the content is that of a good server, or a stated error.
@Suite struct DownloadFaultTests {
    static let size = 400_000

    /// The content the server has for `name`, as its own good answer gives it.
    private func reference(_ server: FaultServer, _ scratch: ScratchDirectory) async throws -> NixHash {
        try await fetch(server, "ok", scratch, name: "file", to: "reference").sha256
    }

    private func downloader(_ change: (inout DownloaderOptions) -> Void = { _ in }) -> Downloader {
        var options = DownloaderOptions()
        options.retry.baseDelay = 0.01
        options.retry.maxAttempts = 4
        change(&options)
        return Downloader(options: options, environment: FetchEnvironment(variables: ["HOME": "/nonexistent"]))
    }

    private func fetch(
        _ server: FaultServer, _ fault: String, _ scratch: ScratchDirectory, name: String = "file",
        to path: String = "out", expected: NixHash? = nil, size: Int = Self.size,
        observer: any FetchObserver = SilentObserver(), options: (inout DownloaderOptions) -> Void = { _ in }
    ) async throws -> FetchedFile {
        try await downloader(options).fetchURL(
            "\(server.base)/f/\(fault)/\(size)/\(name)", to: "\(scratch.path)/\(path)",
            partials: "\(scratch.path)/partials", expected: expected, hashesNAR: true, observer: observer)
    }

    @Test(arguments: [
        "ok", "noetag", "close-100000", "reset-100000", "norange-100000", "change-100000", "swap-100000",
        "shift-100000",
        "416-100000", "twice-500", "twice-503", "retryafter-0", "same", "cross", "expiring-150000", "endless-0",
        "chunked",
        "gzip",
    ])
    func endsWithTheRightContent(fault: String) async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        let expected = try await reference(server, scratch)
        let file = try await fetch(server, fault, scratch) { $0.retry.ceiling = 0.05 }
        #expect(file.sha256 == expected)
        // Hashed on the way, or given up because the file began anew.
        #expect(try file.nar == nil || file.nar == scratch.nar("out"))
        #expect(file.size == Int64(Self.size))
        #expect(try scratch.read("out").count == Self.size)
        #expect(try scratch.tree("partials") == [])
    }

    @Test(arguments: ["ok", "close-100000", "chunked", "gzip", "endless-0"])
    func hashesTheArchiveOnTheWay(fault: String) async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        #expect(try await fetch(server, fault, scratch).nar == scratch.nar("out"))
    }

    @Test func resumesWhereItWasCut() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        _ = try await fetch(server, "close-100000", scratch)
        let requests = try await server.log()
        #expect(requests.map(\.range) == [nil, "bytes=100000-399999", "bytes=200000-399999"])
        #expect(requests.map(\.ifRange) == [nil, "\"v1\"", "\"v1\""])
        #expect(requests.allSatisfy { $0.acceptEncoding == "identity" })
    }

    @Test func resumesInALaterRun() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        let expected = try await reference(server, scratch)
        await #expect(throws: FetchError.self) {
            _ = try await fetch(server, "always-90000", scratch) { $0.retry.maxAttempts = 1 }
        }
        #expect(try scratch.tree("partials").count == 2)
        let observer = RecordingObserver()
        let url = "\(server.base)/f/always-90000/\(Self.size)/file"
        // Each run gets 90,000 bytes further; the fifth has the rest.
        for _ in 0..<3 {
            await #expect(throws: FetchError.self) {
                _ = try await fetch(server, "always-90000", scratch) { $0.retry.maxAttempts = 1 }
            }
        }
        let file = try await fetch(server, "always-90000", scratch, observer: observer) { $0.retry.maxAttempts = 1 }
        #expect(file.sha256 == expected)
        #expect(observer.events.first == .started(file: "file", expected: nil, resumed: 360_000))
        let ranges = try await server.log().filter { url.hasSuffix($0.path) }.map(\.range)
        #expect(
            ranges == [nil, "bytes=90000-399999", "bytes=180000-399999", "bytes=270000-399999", "bytes=360000-399999"])
    }

    @Test(arguments: [
        ("status-404", FetchError.Kind.notFound), ("status-410", .notFound), ("status-401", .unauthorized),
        ("status-403", .unauthorized), ("status-501", .transfer), ("loop", .transfer), ("file", .transfer),
    ])
    func permanentFailuresAreAskedOnce(fault: String, kind: FetchError.Kind) async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        await #expect {
            _ = try await fetch(server, fault, scratch)
        } throws: { ($0 as? FetchError)?.kind == kind }
        let count = try await server.log().count
        #expect(count == (fault == "loop" ? 21 : 1))
        #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/out"))
    }

    @Test func givesUpAfterTheLastAttempt() async throws {
        let server = try FaultServer()
        await #expect {
            _ = try await fetch(server, "status-503", try ScratchDirectory()) { $0.retry.ceiling = 0.01 }
        } throws: { error in
            (error as? FetchError)?.kind == .transfer
                && "\(error)".contains("server answered 503 for '\(server.base)/f/")
        }
        #expect(try await server.log().count == 4)
    }

    @Test func aLongerPauseThanAllowedIsAnError() async throws {
        let server = try FaultServer()
        await #expect {
            _ = try await fetch(server, "retryafter-9999", try ScratchDirectory())
        } throws: { "\($0)".contains("the server asks to wait 9999 seconds") }
    }

    @Test func aStalledTransferGoesOn() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        let expected = try await reference(server, scratch)
        let file = try await fetch(server, "stall-150000", scratch) { $0.stallTimeout = 1 }
        #expect(file.sha256 == expected)
        #expect(try await server.log().last?.range == "bytes=150000-399999")
    }

    @Test func secretsNeverReachAMessageOrAnotherOrigin() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        let url = "http://user:pass%40word@127.0.0.1:\(server.port)/f/cross/1000/file"
        _ = try await downloader().fetchURL(url, to: "\(scratch.path)/a", partials: "\(scratch.path)/partials")
        let requests = try await server.log()
        #expect(requests.map(\.authorization) == ["Basic dXNlcjpwYXNzQHdvcmQ=", nil])
        await #expect {
            _ = try await downloader().fetchURL(
                "http://user:hunter2@127.0.0.1:\(server.port)/f/status-403/10/x?key=hunter2", to: "\(scratch.path)/b",
                partials: "\(scratch.path)/partials")
        } throws: { error in
            let text = "\(error)"
            return !text.contains("hunter2") && !text.contains("user") && text.contains("/f/status-403/10/x?key=…")
        }
    }

    @Test func netrcGivesCredentials() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        try "machine example.org login a password b\nmachine 127.0.0.1\n login me password #secret\n"
            .write(toFile: "\(scratch.path)/netrc", atomically: true, encoding: .utf8)
        let downloader = Downloader(
            environment: FetchEnvironment(variables: ["NETRC": "\(scratch.path)/netrc", "HOME": scratch.path]))
        _ = try await downloader.readURL("\(server.base)/f/ok/10/x")
        #expect(try await server.log().first?.authorization == "Basic bWU6I3NlY3JldA==")
    }

    @Test func largeFilesComeInRangesAtOnce() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        let expected = try await reference(server, scratch)
        let file = try await fetch(server, "slow-4000", scratch) { options in
            options.rangeThreshold = 100_000
            options.rangeSize = 50_000
            options.initialConnections = 8
        }
        #expect(file.sha256 == expected)
        #expect(try file.nar == scratch.nar("out"))
        try await checkShared(server)
    }

    /// The first request is for the whole file and goes on; the others take what is before it, no byte twice.
    private func checkShared(_ server: FaultServer) async throws {
        let requests = try await server.log().filter { $0.path.contains("slow") }
        #expect(requests.first?.range == nil)
        let ranges = requests.dropFirst().compactMap(\.range).map { text in
            text.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
        }
        #expect(ranges.count >= 3 && ranges.allSatisfy { $0.count == 2 && $0[1] - $0[0] < 50_000 })
        let sorted = ranges.sorted { $0[0] < $1[0] }
        #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $0[1] < $1[0] })
        let peak = try await downloader().readURL("\(server.base)/_peak")
        #expect((Int(String(decoding: peak, as: UTF8.self)) ?? 0) >= 3)
    }

    @Test(arguments: ["swap-10000", "change-10000", "norange-10000", "close-10000", "reset-10000", "shift-20000"])
    func faultsAmongParallelRangesNeverMixVersions(fault: String) async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        let expected = try await reference(server, scratch)
        let file = try await fetch(server, fault, scratch, expected: expected) { options in
            options.rangeThreshold = 100_000
            options.rangeSize = 50_000
            options.initialConnections = 8
        }
        #expect(file.sha256 == expected)
    }

    @Test func oneWrongByteIsFetchedAgainOnce() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        let expected = try await reference(server, scratch)
        func model(_ fault: String) async throws -> FetchedModel {
            let environment = FetchEnvironment(variables: ["HOME": scratch.path])
            let entry = ModelSource.URLEntry(
                url: "\(server.base)/f/\(fault)/\(Self.size)/file", sha256: "\(expected.nix32)", filename: "weights.bin"
            )
            return try await ModelFetcher(downloader: downloader(), environment: environment).fetch(
                ModelRequest(source: .url([entry], extract: false)), into: try scratch.make("staging-\(fault)"),
                partials: "\(scratch.path)/partials")
        }
        #expect(try await model("flip-1").bytes == Int64(Self.size))
        #expect(Digester.sha256(try scratch.read("staging-flip-1/weights.bin")) == expected)
        await #expect {
            _ = try await model("flip-2")
        } throws: { error in
            (error as? FetchError)?.kind == .verification
                && "\(error)".contains("does not have the expected hash\nexpected: \(expected.sri)\nreceived: sha256-")
        }
        #expect(try scratch.tree("partials") == [])
    }

    @Test func aPartialFileThatWasEditedIsNotTrusted() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        let expected = try await reference(server, scratch)
        await #expect(throws: FetchError.self) {
            _ = try await fetch(server, "always-90000", scratch, expected: expected) { $0.retry.maxAttempts = 1 }
        }
        let part = try #require(try scratch.tree("partials").first { $0.hasSuffix(".part") })
        let handle = try #require(FileHandle(forUpdatingAtPath: "\(scratch.path)/partials/\(part)"))
        try handle.seek(toOffset: 5)
        handle.write(Data([0xFF, 0xFE, 0xFD]))
        try handle.close()
        let file = try await fetch(server, "ok", scratch, expected: expected)
        #expect(file.sha256 == expected)
        #expect(try await server.log().suffix(2).map(\.range) == ["bytes=90000-399999", nil])
    }

    @Test func anUnexpectedContentIsDeliveredToWhoComparesIt() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        let actual = try await reference(server, scratch)
        let file = try await fetch(server, "ok", scratch, expected: NixHash.fake(.sha512))
        #expect(file.sha256 == actual)
        #expect(file.hash.algorithm == .sha512 && !file.hash.isFake)
        #expect(try scratch.read("out").count == Self.size)
    }

    @Test func anInterruptedDownloadGoesOn() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        let task = Task { try await fetch(server, "slow-4000", scratch) }
        while try await server.log().isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        try await Task.sleep(for: .milliseconds(300))
        task.cancel()
        await #expect {
            _ = try await task.value
        } throws: { ($0 as? FetchError)?.kind == .cancelled }
        let observer = RecordingObserver()
        let before = try await server.log().count
        let file = try await fetch(server, "slow-4000", scratch, observer: observer)
        #expect(file.size == Int64(Self.size))
        guard case .started(_, _, let resumed)? = observer.events.first else {
            Issue.record("the second run did not start")
            return
        }
        #expect(resumed > 0)
        #expect(try await Self.bytesAsked(of: server, since: before) == Self.size - Int(resumed))
    }

    @Test func fileURLsAreCopied() async throws {
        let scratch = try ScratchDirectory()
        try "local".write(toFile: "\(scratch.path)/a b", atomically: true, encoding: .utf8)
        let file = try await downloader().fetchURL(
            "file://\(scratch.path)/a%20b", to: "\(scratch.path)/out", partials: "\(scratch.path)/partials")
        #expect(file.sha256 == Digester.sha256(Array("local".utf8)))
        #expect(try scratch.read("out") == Array("local".utf8))
        await #expect {
            _ = try await downloader().fetchURL(
                "file://\(scratch.path)/none", to: "\(scratch.path)/out2", partials: "\(scratch.path)/partials")
        } throws: { ($0 as? FetchError)?.kind == .notFound }
    }

    @Test func unreachableHostsAreErrors() async throws {
        let scratch = try ScratchDirectory()
        for url in ["http://nowhere.invalid/x", "http://127.0.0.1:1/x"] {
            await #expect {
                _ = try await downloader { $0.retry.maxAttempts = 2 }.fetchURL(
                    url, to: "\(scratch.path)/out", partials: "\(scratch.path)/partials")
            } throws: { ($0 as? FetchError)?.kind == .transfer }
        }
    }

    @Test func aKilledDownloadLosesLittle() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        let size = 40_000_000
        let task = Task { try await fetch(server, "slow-500000", scratch, size: size) }
        // What a kill would leave: the sidecar of some moment, and no less than its bytes.
        let partials = "\(scratch.path)/partials"
        var sidecar: String?
        while sidecar == nil {
            try await Task.sleep(for: .milliseconds(5))
            sidecar = try? FileManager.default.contentsOfDirectory(atPath: partials).first { $0.hasSuffix(".json") }
        }
        let record = try #require(sidecar)
        let copy = try scratch.make("killed")
        for name in [record, String(record.dropLast(".json".count))] {
            try FileManager.default.copyItem(atPath: "\(partials)/\(name)", toPath: "\(copy)/\(name)")
        }
        let whole = try await task.value
        let before = try await server.log().count
        let observer = RecordingObserver()
        let file = try await downloader().fetchURL(
            "\(server.base)/f/slow-500000/\(size)/file", to: "\(scratch.path)/again", partials: copy, observer: observer
        )
        #expect(file.sha256 == whole.sha256)
        guard case .started(_, _, let resumed)? = observer.events.first else {
            Issue.record("the second run did not start")
            return
        }
        #expect(resumed >= 1 << 20)
        #expect(try await Self.bytesAsked(of: server, since: before) == size - Int(resumed))
    }

    /// How many different bytes were asked for; the rest of a file may be asked for in several parts that overlap, and what is
    /// there may have gaps.
    private static func bytesAsked(of server: FaultServer, since count: Int) async throws -> Int {
        var asked = IndexSet()
        for request in try await server.log()[count...] {
            let range = try #require(request.range).dropFirst("bytes=".count)
            let ends = range.split(separator: "-").compactMap { Int($0) }
            asked.insert(integersIn: ends[0]...ends[1])
        }
        return asked.count
    }

    @Test func proxiesComeFromTheEnvironment() async throws {
        let server = try FaultServer()
        func ask(_ variables: [String: String]) async throws {
            let downloader = Downloader(environment: FetchEnvironment(variables: variables))
            _ = try await downloader.readURL("\(server.base)/f/ok/10/x")
        }
        let proxy = "http://me:secret@127.0.0.1:\(server.otherPort)"
        try await ask(["http_proxy": proxy])
        try await ask(["ALL_PROXY": proxy])
        try await ask(["http_proxy": proxy, "no_proxy": "127.0.0.1"])
        try await ask(["https_proxy": proxy])
        let requests = try await server.log()
        #expect(requests.map(\.proxied) == [true, true, false, false])
        #expect(requests.map(\.proxyAuthorization) == ["Basic bWU6c2VjcmV0", "Basic bWU6c2VjcmV0", nil, nil])
    }

    @Test func whatNobodyWillGoOnWithIsRemoved() async throws {
        let scratch = try ScratchDirectory()
        let partials = try scratch.make("partials")
        for name in ["old.part", "old.part.json", "new.part", "held.part", "held.part.json", "other", "lone.part.json"]
        {
            try name.write(toFile: "\(partials)/\(name)", atomically: true, encoding: .utf8)
            guard name.hasPrefix("old") || name.hasPrefix("held") || name.hasPrefix("lone") || name == "other" else {
                continue
            }
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -15 * 86_400)], ofItemAtPath: "\(partials)/\(name)")
        }
        let held = open("\(partials)/held.part", O_RDWR)
        #expect(flock(held, LOCK_EX) == 0)
        StalePartials.remove(in: partials)
        close(held)
        #expect(try scratch.tree("partials") == ["held.part", "held.part.json", "new.part", "other"])
    }

    @Test func mirrorsAreTriedInTurn() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        let expected = try await reference(server, scratch)
        var request = FileRequest(url: try URLReference("http://nowhere.invalid/file"), label: "file")
        request.expected = .required(expected)
        request.authorizer = StaticAuthorizer(bearer: "secret")
        for fault in ["always-90000", "status-404", "noetag"] {
            request.mirrors.append(try URLReference("\(server.base)/f/\(fault)/\(Self.size)/file"))
        }
        let workspace = try Workspace(staging: scratch.path, partials: "\(scratch.path)/partials")
        let context = FetchContext(downloader: downloader { $0.retry.maxAttempts = 1 }, observer: SilentObserver())
        let file = try await FileDownload(context: context, request: request).run(
            partials: workspace.partials, into: workspace.staging.root, as: "out")
        #expect(file.sha256 == expected)
        let requests = try await server.log().dropFirst()
        #expect(requests.map(\.range) == [nil, "bytes=90000-399999", "bytes=90000-399999"])
        #expect(requests.allSatisfy { $0.authorization == nil })
    }

    @Test func aBurstComesBeforeTheLimit() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        var network = NetworkRequest()
        network.bytesPerSecond = 1 << 40
        network.burst = 100_000
        let file = try await downloader().fetchURL(
            "\(server.base)/f/ok/\(Self.size)/file", to: "\(scratch.path)/out", partials: "\(scratch.path)/partials",
            network: network)
        #expect(file.size == Int64(Self.size))
    }

    @Test func theTimeOfAModelIsBounded() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        var network = NetworkRequest()
        network.totalTimeout = 0.5
        var request = ModelRequest(
            source: .url([.init(url: "\(server.base)/f/slow-400/\(Self.size)/file")], extract: false))
        request.network = network
        let fetcher = ModelFetcher(downloader: downloader(), environment: FetchEnvironment(variables: [:]))
        let (staging, partials) = (try scratch.make("staging"), "\(scratch.path)/partials")
        await #expect {
            _ = try await fetcher.fetch(request, into: staging, partials: partials)
        } throws: { "\($0)".contains("'network.timeouts'") }
        #expect(try scratch.tree("partials").count == 2)
    }

    @Test func oneLimitHoldsOverAllDownloads() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        let shared = downloader { $0.maxConnections = 3 }
        try await withThrowingTaskGroup(of: Int64.self) { group in
            for number in 0..<8 {
                group.addTask {
                    try await shared.fetchURL(
                        "\(server.base)/f/slow-5000/40000/\(number)", to: "\(scratch.path)/\(number)",
                        partials: "\(scratch.path)/partials"
                    ).size
                }
            }
            for try await size in group { #expect(size == 40_000) }
        }
        let peak = try await shared.readURL("\(server.base)/_peak")
        #expect(String(decoding: peak, as: UTF8.self) == "3")
    }

    @Test func theTimeUntilAnAnswerIsMeasured() async throws {
        let server = try FaultServer()
        let context = FetchContext(downloader: downloader(), observer: SilentObserver())
        let url = try URLReference("\(server.base)/f/late-40/10/x")
        let head = try await context.bytes(context.exchange(url, AnonymousAuthorizer()), label: "x").head
        #expect(try #require(head.latency) >= 0.04)
    }

    @Test func aKnownSizeWithoutHashComesInRangesToo() async throws {
        let server = try FaultServer()
        let scratch = try ScratchDirectory()
        let expected = try await reference(server, scratch)
        let downloader = downloader {
            $0.rangeThreshold = 100_000
            $0.rangeSize = 50_000
            $0.initialConnections = 8
        }
        var request = FileRequest(url: try URLReference("\(server.base)/f/slow-4000/\(Self.size)/file"), label: "file")
        request.size = Int64(Self.size)
        let workspace = try Workspace(staging: scratch.path, partials: "\(scratch.path)/partials")
        let context = FetchContext(downloader: downloader, observer: SilentObserver())
        let file = try await FileDownload(context: context, request: request).run(
            partials: workspace.partials, into: workspace.staging.root, as: "out")
        #expect(file.sha256 == expected)
        try await checkShared(server)
    }
}
