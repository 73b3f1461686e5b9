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
            partials: "\(scratch.path)/partials", expected: expected, observer: observer)
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
        #expect(file.size == Int64(Self.size))
        #expect(try scratch.read("out").count == Self.size)
        #expect(try scratch.tree("partials") == [])
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
}
