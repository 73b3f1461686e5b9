import Glibc
import NixFormats
package import NixStore

/// Store paths inside of text: logical ones into real ones and back.
///
/// A path counts as one only with its whole hash part and the dash after it, so that text which merely begins like the store folder
/// stays as it is.
package struct StorePathTranslation: Sendable {
    private let logical: [UInt8]
    private let real: [UInt8]

    package init(_ layout: StoreLayout) {
        logical = layout.storeDirectory.path.bytes + [UInt8(ascii: "/")]
        real = layout.realStoreDirectory.bytes + [UInt8(ascii: "/")]
    }

    /// Whether both are the same folder.
    package var isIdentity: Bool { logical == real }

    /// The text with the real path in place of each logical one.
    package func toReal(_ text: [UInt8]) -> [UInt8] { Self.replace(logical, by: real, in: text) }

    /// The text with the logical path in place of each real one.
    package func toLogical(_ text: [UInt8]) -> [UInt8] { Self.replace(real, by: logical, in: text) }

    /// Whether a logical store path occurs.
    package func mentions(_ text: [UInt8]) -> Bool { Self.occurrence(of: logical, in: text, from: 0) != nil }

    /// Turns the real paths in the links and text files of a tree into logical ones.
    ///
    /// Files with a NUL byte are left alone.
    package func makeLogical(_ path: RealPath) throws(FileOperationError) {
        var status = stat()
        guard lstat(path.description, &status) == 0 else { throw FileOperationError("getting status of", path) }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            for name in try FolderListing.names(path) { try makeLogical(path.appending(name)) }
        case S_IFLNK:
            let target = try LinkTarget.read(path)
            let changed = toLogical(target)
            guard changed != target else { return }
            try LinkTarget.replace(path, with: changed)
        case S_IFREG:
            guard status.st_size <= 64 << 20 else { return }
            let bytes = try SmallFile.read(path.description)
            guard !bytes.contains(0) else { return }
            let changed = toLogical(bytes)
            guard changed != bytes else { return }
            _ = chmod(path.description, status.st_mode | 0o200)
            try SmallFile.write(path.description, changed)
            _ = chmod(path.description, status.st_mode & 0o7777)
        default: break
        }
    }

    private static func replace(_ old: [UInt8], by new: [UInt8], in text: [UInt8]) -> [UInt8] {
        guard old != new, var match = occurrence(of: old, in: text, from: 0) else { return text }
        var output: [UInt8] = []
        output.reserveCapacity(text.count + 64)
        var position = 0
        while true {
            output += text[position..<match]
            output += new
            position = match + old.count
            guard let next = occurrence(of: old, in: text, from: position) else { break }
            match = next
        }
        output += text[position...]
        return output
    }

    /// Where `prefix`, a hash part and a dash begin.
    private static func occurrence(of prefix: [UInt8], in text: [UInt8], from start: Int) -> Int? {
        let length = prefix.count + StorePath.hashPartCount + 1
        guard text.count >= length else { return nil }
        return text.withUnsafeBytes { text -> Int? in
            var index = start
            while index + length <= text.count {
                guard
                    let found = memchr(text.baseAddress! + index, Int32(prefix[0]), text.count - length - index + 1)
                else { return nil }
                let candidate = UnsafeRawPointer(found) - text.baseAddress!
                let rest = text[(candidate + prefix.count)..<(candidate + length)]
                if memcmp(text.baseAddress! + candidate, prefix, prefix.count) == 0,
                    rest.last == UInt8(ascii: "-"), rest.dropLast().allSatisfy(NixBase32.isDigit)
                {
                    return candidate
                }
                index = candidate + 1
            }
            return nil
        }
    }
}
