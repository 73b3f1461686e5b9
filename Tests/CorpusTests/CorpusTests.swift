import Foundation
import Testing

/// Every case of the corpus gives real Nix's answer.
///
/// `NIXLITE_CORPUS_FILTER` picks the cases whose name contains it. `corpus/known-gaps` names those whose answer is still
/// another one, `corpus/trace-gaps` those whose message is right and whose frames are not: both are run, and one that has
/// become right fails until it is taken off its list.
@Suite struct CorpusTests {
    static let environment = ProcessInfo.processInfo.environment
    static let cases = CorpusCase.all(filter: environment["NIXLITE_CORPUS_FILTER"])
    static let program = CorpusProgram(environment: environment)

    @Test(arguments: cases)
    func answersAsNix(_ corpusCase: CorpusCase) throws {
        let expected = try #require(corpusCase.expectation, "no expectation is recorded")
        let comparison = CorpusComparison(actual: try Self.program.run(corpusCase), expected: expected)
        let isKnownGap = try GapList("known-gaps").contains(corpusCase.name)
        let isTraceGap = try GapList("trace-gaps").contains(corpusCase.name)
        switch comparison {
        case .equal:
            #expect(!isKnownGap && !isTraceGap, "is right now: take it off its gap list")
        case .framesDiffer(let diff):
            #expect(!isKnownGap, "has the right message now: move it to trace-gaps")
            #expect(isTraceGap, "\(diff)")
        case .different(let diff):
            #expect(isKnownGap, "\(diff)")
        }
    }

    /// A list that names no case, or one twice, hides what it was meant to show.
    @Test(arguments: ["known-gaps", "trace-gaps"])
    func gapListsNameCases(_ listName: String) throws {
        let list = try GapList(listName)
        let names = Set(CorpusCase.all(filter: nil).map(\.name))
        for name in list.names { #expect(names.contains(name), "\(name) is no case") }
        #expect(Set(list.names).count == list.names.count)
    }

    /// Every file of a case folder is a case, an expectation or flags of one, or is named in a Nix file there.
    @Test func everyFileIsUsed() throws {
        for folder in CorpusCase.folders {
            let files = CorpusCase.names(in: folder)
            let variants = files.filter(CorpusCase.isCaseFile).map { String($0.dropFirst(2).dropLast(4)) }
            #expect(!variants.isEmpty, "\(folder.path) has no case")
            let below = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
            let sources = try below.filter { $0.hasSuffix(".nix") }.map {
                try String(contentsOf: folder.appending(path: $0), encoding: .utf8)
            }
            let derived = Set(
                ["flags"]
                    + variants.flatMap { variant in
                        ["parse", "eval"].flatMap { kind in
                            ["okay", "fail"].flatMap { outcome in
                                ["out", "err"].map { "\(kind)-\(outcome)\(variant).\($0).exp" }
                            }
                        } + ["in\(variant).nix", "flags\(variant)"]
                    })
            let flags = try files.filter { $0.hasPrefix("flags") }.map {
                try String(contentsOf: folder.appending(path: $0), encoding: .utf8)
            }
            for file in files where !derived.contains(file) {
                #expect((sources + flags).contains { $0.contains(file) }, "\(folder.path)/\(file) is not used")
            }
        }
    }
}

/// A list of cases in the corpus folder, one a line; `#` starts a comment.
struct GapList {
    let names: [String]

    init(_ listName: String) throws {
        names = try String(contentsOf: CorpusCase.root.appending(path: listName), encoding: .utf8)
            .split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    }

    func contains(_ name: String) -> Bool { names.contains(name) }
}
