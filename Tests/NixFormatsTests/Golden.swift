import Foundation
import NixFormats

/// Files made by Nix 2.34.8, beside this source.
enum Golden {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    static func file(_ path: String) throws -> ByteString {
        ByteString([UInt8](try Data(contentsOf: folder.appending(path: path))))
    }

    /// Names of the files in a folder that end in `suffix`, sorted.
    static func names(in path: String, suffix: String) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: path).path)
        return (names ?? []).filter { $0.hasSuffix(suffix) }.sorted()
    }
}
