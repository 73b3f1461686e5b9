import NixFormats
import NixStore
import Testing

struct ReferenceScannerTests {
    private let first: StorePath
    private let second: StorePath

    init() throws {
        first = try .named("qa1w9gdfrba6jl2r57mb3c43863gqywp-hello.txt")
        second = try .named("3cmrvzmwi8kl03zzg5i25crdy3pjz95w-ref.txt")
    }

    private func found(_ pieces: [String]) -> SortedSet<StorePath> {
        var scanner = ReferenceScanner([first, second])
        for piece in pieces { Array(piece.utf8).withUnsafeBytes { scanner.scan($0) } }
        return scanner.found
    }

    @Test(arguments: 1...80) func acrossPiecesOfEverySize(size: Int) {
        let text = Array("….../nix/store/qa1w9gdfrba6jl2r57mb3c43863gqywp-x3cmrvzmwi8kl03zzg5i25crdy3pjz95w".utf8)
        var scanner = ReferenceScanner([first, second])
        for start in stride(from: 0, to: text.count, by: size) {
            text[start..<min(start + size, text.count)].withUnsafeBytes { scanner.scan($0) }
        }
        #expect(scanner.found == SortedSet([first, second]))
    }

    @Test func insideALongRunOfDigits() {
        #expect(found(["0000000" + "qa1w9gdfrba6jl2r57mb3c43863gqywp" + "1111"]) == [first])
        #expect(found([String(repeating: "0", count: 500) + "3cmrvzmwi8kl03zzg5i25crdy3pjz95w"]) == [second])
    }

    @Test func notWhereABitDiffers() {
        #expect(found(["qa1w9gdfrba6jl2r57mb3c43863gqywq"]).isEmpty)
        #expect(found(["qa1w9gdfrba6jl2r57mb3c43863gqyw", "-"]).isEmpty)
        #expect(found(["qa1w9gdfrba6jl2r", "-", "57mb3c43863gqywp"]).isEmpty)
        #expect(found([]).isEmpty)
    }
}
