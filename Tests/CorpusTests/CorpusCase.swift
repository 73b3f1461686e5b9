import Foundation
import Testing

/// One case of the corpus: a Nix file and what real Nix answered to it.
///
/// A case lies at `corpus/AREA/FEATURE/in[-VARIANT].nix`; `corpus/record` writes its expectations.
struct CorpusCase: Sendable, CustomTestStringConvertible {
    /// Areas whose cases have a runner of their own.
    static let areasElsewhere: Set<String> = ["documentation"]

    /// The folder all areas lie in.
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "corpus")

    /// The case's folder.
    let folder: URL
    /// Base name of the Nix file.
    let fileName: String

    /// Path below the corpus, as the gap lists spell it.
    var name: String {
        "\(folder.deletingLastPathComponent().lastPathComponent)/\(folder.lastPathComponent)/\(fileName)"
    }

    var testDescription: String { name }

    /// `""`, or the variant with its leading dash.
    var variant: String { String(fileName.dropFirst(2).dropLast(4)) }

    /// Whether the case is printed by `--parse` rather than evaluated.
    var isParse: Bool { folder.deletingLastPathComponent().lastPathComponent == "parse" }

    /// All cases whose name contains `filter`, sorted by name.
    static func all(filter: String?) -> [CorpusCase] {
        folders.flatMap { folder in
            names(in: folder).filter(isCaseFile).map { CorpusCase(folder: folder, fileName: $0) }
        }
        .filter { filter.map($0.name.contains) ?? true }
        .sorted { $0.name < $1.name }
    }

    /// The folders `corpus/AREA/FEATURE` of the areas this runner knows.
    static var folders: [URL] {
        names(in: root).filter { !areasElsewhere.contains($0) }.flatMap { area in
            let areaFolder = root.appending(path: area)
            return names(in: areaFolder).map { areaFolder.appending(path: $0) }.filter(\.isDirectory)
        }
    }

    /// Names of the entries of a folder; empty for anything else.
    static func names(in folder: URL) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    }

    /// Whether a file name is `in.nix` or `in-VARIANT.nix`.
    static func isCaseFile(_ name: String) -> Bool {
        name == "in.nix" || (name.hasPrefix("in-") && name.hasSuffix(".nix"))
    }

    /// The program's arguments after `instantiate`.
    func arguments(store: String) -> [String] {
        var flags = Set(["flags", "flags\(variant)"]).sorted().flatMap { name in
            text(of: name)?.split(separator: "\n").map(String.init) ?? []
        }
        let isLazy = flags.contains("lazy")
        flags.removeAll { $0 == "lazy" }
        let mode = isParse ? ["--parse"] : isLazy ? ["--eval"] : ["--eval", "--strict"]
        return mode + ["--store", store] + flags + [fileName]
    }

    /// What real Nix answered; `nil` when nothing was recorded.
    var expectation: Expectation? {
        let kind = isParse ? "parse" : "eval"
        if let output = text(of: "\(kind)-okay\(variant).out.exp") {
            return Expectation(
                succeeds: true, output: output, errorOutput: text(of: "\(kind)-okay\(variant).err.exp") ?? "")
        }
        guard let errorOutput = text(of: "\(kind)-fail\(variant).err.exp") else { return nil }
        return Expectation(
            succeeds: false, output: text(of: "\(kind)-fail\(variant).out.exp") ?? "", errorOutput: errorOutput)
    }

    private func text(of name: String) -> String? {
        try? String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }
}

/// What a case's program printed, or should print.
struct Expectation: Sendable, Equatable {
    var succeeds: Bool
    var output: String
    var errorOutput: String
}

extension URL {
    /// Whether a folder lies there.
    fileprivate var isDirectory: Bool { (try? resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory ?? false }
}
