import Foundation
import FuzzTargets
import NixEval
import Testing

/// Some thousand inputs for each reader, the same in every run; `Fuzz/run` tries millions.
@Suite struct FuzzTests {
    static let inputs = 3000
    static let seedFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fuzz/Seeds")

    /// The seeds of a target, and inputs that once made trouble.
    static func seeds(_ target: FuzzTarget) throws -> [[UInt8]] {
        let folder = seedFolder.appending(path: target.rawValue)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
            Array(try Data(contentsOf: folder.appending(path: $0)))
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func readsAnything(_ target: FuzzTarget) throws {
        let seeds = try Self.seeds(target)
        #expect(!seeds.isEmpty)
        EvaluationThread.run {
            let interpreter = Interpreter()
            for seed in seeds { target.run(seed, interpreter) }
            var mutator = Mutator(seed: 1, seeds: seeds, maximumLength: target.maximumLength)
            for _ in 0..<Self.inputs { target.run(mutator.input(), interpreter) }
        }
    }
}
