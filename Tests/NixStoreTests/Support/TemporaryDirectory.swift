import Foundation
import NixFormats
import NixStore

/// A folder of one test's own, removed with everything in it when the test is over.
final class TemporaryDirectory: Sendable {
    let path: RealPath

    init() throws {
        var template = Array("\(NSTemporaryDirectory())/nixstore-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw StoreError(.system(errno), "mkdtemp") }
        // The store refuses symbolic links above it.
        guard let real = realpath(made, nil) else { throw StoreError(.system(errno), "realpath") }
        defer { free(real) }
        path = RealPath(String(cString: real))
    }

    deinit {
        _ = try? run("/bin/chmod", ["-R", "u+rwx", path.description])
        _ = try? run("/bin/rm", ["-rf", path.description])
    }

    /// A new chroot store below the folder.
    func store(_ name: String = "store", options: StoreOptions = StoreOptions()) throws -> LocalStore {
        try LocalStore(StoreLayout(chroot: path.appending(name)), options: options)
    }

    /// Writes a file and gives its place.
    @discardableResult
    func write(_ name: String, _ contents: String, mode: mode_t = 0o644) throws -> RealPath {
        let file = path.appending(name)
        try run("/bin/mkdir", ["-p", file.parent.description])
        try Data(contents.utf8).write(to: URL(fileURLWithPath: file.description))
        guard chmod(file.description, mode) == 0 else { throw StoreError(.system(errno), "chmod") }
        return file
    }
}

/// Runs a program to its end and gives its standard output.
@discardableResult
func run(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw StoreError(.system(process.terminationStatus), "\(program) \(arguments) failed")
    }
    return String(decoding: data, as: UTF8.self)
}

extension RealPath {
    /// What `lstat` says; the file must be there.
    var status: stat {
        get throws {
            var status = stat()
            guard lstat(description, &status) == 0 else { throw StoreError(.system(errno), "lstat \(self)") }
            return status
        }
    }

    var exists: Bool { (try? status) != nil }
}

extension StorePath {
    /// A path for tests, from its base name.
    static func named(_ baseName: String) throws -> StorePath { try StorePath(baseName: ByteString(baseName)) }
}
