import Foundation
import NixFormats
import Testing

@testable import NixFetch

/// A server in Python as a child process, which says in its first line where it is; ends with the object.
final class ServerProcess: Sendable {
    let greeting: String
    private let process: Process
    private let input: Pipe

    /// - Parameter arguments: Python's.
    init(_ arguments: [String], isQuiet: Bool = false) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        let output = Pipe()
        let input = Pipe()
        process.standardOutput = output
        process.standardInput = input
        if isQuiet { process.standardError = FileHandle.nullDevice }
        try process.run()
        var line = Data()
        while !line.contains(UInt8(ascii: "\n")) {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { break }
            line += data
        }
        greeting = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        self.process = process
        self.input = input
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}

/// The fault server; ends with the object.
final class FaultServer: Sendable {
    let port: Int
    /// The second origin.
    let otherPort: Int
    /// The port that speaks TLS, if there is one.
    let securePort: Int?
    private let process: ServerProcess

    /// Starts the server; with a directory for its certificate, also on a port that speaks TLS.
    init(certificateDirectory: String? = nil) throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Support/faultserver.py").resolvingSymlinksInPath()
        process = try ServerProcess([script.path] + (certificateDirectory.map { [$0] } ?? []))
        let ports = process.greeting.split(separator: " ").compactMap { Int($0) }
        port = try #require(ports.first)
        otherPort = try #require(ports.dropFirst().first)
        securePort = ports.count > 2 ? ports[2] : nil
    }

    var base: String { "http://127.0.0.1:\(port)" }

    /// One request as the server saw it.
    struct Request: Decodable, Sendable {
        let path: String
        let port: Int
        let range: String?
        let ifRange: String?
        let authorization: String?
        let acceptEncoding: String?
        let proxyAuthorization: String?
        let proxied: Bool

        enum CodingKeys: String, CodingKey {
            case path, port, proxied
            case proxyAuthorization = "Proxy-Authorization"
            case range = "Range"
            case ifRange = "If-Range"
            case authorization = "Authorization"
            case acceptEncoding = "Accept-Encoding"
        }
    }

    /// The requests so far.
    func log() async throws -> [Request] {
        let downloader = Downloader(environment: FetchEnvironment(variables: [:]))
        return try JSONDecoder().decode([Request].self, from: Data(try await downloader.readURL("\(base)/_log")))
    }
}

/// A scratch directory, removed with the object.
final class ScratchDirectory: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/nixlite-fetch-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func make(_ name: String) throws -> String {
        let directory = path + "/" + name
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        return directory
    }

    func read(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
    }

    /// The NAR of what a path holds, written from what is on disk.
    func nar(_ name: String) throws -> NARSummary {
        let digester = Digester(.sha256)
        let writer = NARWriter { digester.update($0) }
        try write(path + "/" + name, to: writer)
        try writer.finish()
        return NARSummary(hash: digester.finish(), size: writer.byteCount)
    }

    private func write(_ path: String, to writer: NARWriter) throws {
        let manager = FileManager.default
        switch try manager.attributesOfItem(atPath: path)[.type] as? FileAttributeType {
        case .typeDirectory:
            try writer.directory()
            for name in try manager.contentsOfDirectory(atPath: path).map({ ByteString($0) }).sorted() {
                try writer.entry(name)
                try write("\(path)/\(name)", to: writer)
            }
            try writer.endDirectory()
        case .typeSymbolicLink:
            try writer.symlink(target: ByteString(try manager.destinationOfSymbolicLink(atPath: path)))
        default:
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            try writer.regular(size: UInt64(bytes.count), isExecutable: false)
            try writer.contents(bytes)
        }
    }

    /// Every entry below a directory: path, and the target of a link.
    func tree(_ name: String) throws -> [String] {
        let root = path + "/" + name
        let entries = try #require(FileManager.default.enumerator(atPath: root)).compactMap { $0 as? String }
        return entries.map { entry in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: root + "/" + entry)
            return target.map { "\(entry) -> \($0)" } ?? entry
        }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
