/// An entry of a commit's tree, folders aside.
package struct GitEntry: Sendable, Equatable {
    /// What the entry is.
    package enum Kind: Sendable, Equatable {
        case file(isExecutable: Bool)
        case link
        /// Another repository's commit, which stays an empty folder.
        case submodule
    }

    let kind: Kind
    /// The blob's name in hexadecimal.
    let object: String
    /// The blob's bytes; 0 for a submodule.
    package let size: Int64
    /// From the repository's root.
    let path: [UInt8]
}

/// Readers of what git's plumbing prints.
package enum GitTree {
    /// The entries of `ls-tree -r -z -l`; nil when it is malformed.
    package static func entries(_ listing: [UInt8]) -> [GitEntry]? {
        var entries: [GitEntry] = []
        for record in listing.split(separator: 0) {
            guard let tab = record.firstIndex(of: UInt8(ascii: "\t")) else { return nil }
            let words = record[..<tab].split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
            guard words.count == 4 else { return nil }
            let kind: GitEntry.Kind
            switch words[0] {
            case "100644", "100664": kind = .file(isExecutable: false)
            case "100755": kind = .file(isExecutable: true)
            case "120000": kind = .link
            case "160000": kind = .submodule
            default: return nil
            }
            guard let size = kind == .submodule ? 0 : Int64(words[3]), size >= 0 else { return nil }
            entries.append(GitEntry(kind: kind, object: words[2], size: size, path: Array(record[(tab + 1)...])))
        }
        return entries
    }

    /// The paths to which `check-attr -z` gives the value.
    package static func paths(_ listing: [UInt8], withValue value: String) -> Set<[UInt8]> {
        let fields = listing.split(separator: 0, omittingEmptySubsequences: false)
        var paths: Set<[UInt8]> = []
        var index = 0
        while index + 2 < fields.count {
            if fields[index + 2].elementsEqual(value.utf8) { paths.insert(Array(fields[index])) }
            index += 3
        }
        return paths
    }

    /// The objects of `cat-file --batch`, in the order asked for; nil when it is malformed.
    package static func objects(_ listing: [UInt8]) -> [[UInt8]]? {
        var objects: [[UInt8]] = []
        var position = 0
        while position < listing.count {
            guard let end = listing[position...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            let words = listing[position..<end].split(separator: UInt8(ascii: " "))
            guard words.count == 3, let size = Int(String(decoding: words[2], as: UTF8.self)), size >= 0,
                size < listing.count - end - 1
            else { return nil }
            objects.append(Array(listing[(end + 1)..<(end + 1 + size)]))
            position = end + size + 2
        }
        return objects
    }

    /// The names of `ls-remote` and their objects.
    package static func references(_ listing: [UInt8]) -> [String: String] {
        var references: [String: String] = [:]
        for line in listing.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: "\t"), maxSplits: 1)
            guard parts.count == 2 else { continue }
            references[String(decoding: parts[1], as: UTF8.self)] = String(decoding: parts[0], as: UTF8.self)
        }
        return references
    }
}
