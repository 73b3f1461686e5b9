import Foundation

/// The built program, as a case runs it.
struct CorpusProgram: Sendable {
    /// Seconds after which a case is stopped.
    static let timeLimit = 120

    /// `NIXLITE_BINARY`, or the program that was built beside this test bundle.
    let path: String
    /// Where not `nil`, the collector runs, and poisons what it frees, after so many allocations.
    let collectorStress: String?

    init(environment: [String: String]) {
        let bundle = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        path = environment["NIXLITE_BINARY"] ?? bundle.deletingLastPathComponent().appending(path: "nixlite").path
        collectorStress = environment["NIXLITE_CORPUS_GC_STRESS"]
    }

    /// Runs one case in its folder, with a home and a store of its own, and spells those paths as `corpus/record` does.
    func run(_ corpusCase: CorpusCase) throws -> Expectation {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "nixlite-corpus-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let store = scratch.appending(path: "store").path
        let outputFile = scratch.appending(path: "stdout")
        let errorFile = scratch.appending(path: "stderr")
        for file in [outputFile, errorFile] { try Data().write(to: file) }

        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/timeout")
        process.arguments =
            ["-s", "KILL", "\(Self.timeLimit)", path, "instantiate"] + corpusCase.arguments(store: store)
        process.currentDirectoryURL = corpusCase.folder
        process.environment = environment(home: scratch.path)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: outputFile)
        process.standardError = try FileHandle(forWritingTo: errorFile)
        try process.run()
        process.waitUntilExit()

        func text(_ file: URL) throws -> String {
            [(corpusCase.folder.path, "/pwd"), (store, "/store"), (scratch.path, "/home")].reduce(
                String(decoding: try Data(contentsOf: file), as: UTF8.self)
            ) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
        }
        var errorOutput = try text(errorFile)
        if process.terminationReason == .uncaughtSignal || process.terminationStatus >= 128 {
            errorOutput += "the program was stopped by a signal (status \(process.terminationStatus))\n"
        }
        return Expectation(
            succeeds: process.terminationStatus == 0 && process.terminationReason == .exit,
            output: try text(outputFile), errorOutput: errorOutput)
    }

    private func environment(home: String) -> [String: String] {
        var variables = [
            "PATH": "/usr/bin:/bin",
            "HOME": home,
            "LC_ALL": "C",
            "NIX_PATH": "",
            "NIX_CONFIG": "experimental-features =\nsubstituters =",
            "NIXLITE_CORPUS_VARIABLE": "set by the corpus",
        ]
        variables["NIXLITE_GC_STRESS"] = collectorStress
        return variables
    }
}
