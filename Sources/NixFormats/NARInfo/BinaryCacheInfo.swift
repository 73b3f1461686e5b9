/// What a binary cache says of itself: its `nix-cache-info` file.
package struct BinaryCacheInfo: Hashable, Sendable {
    /// The logical store folder that its objects are made for; nil where it says nothing.
    package var storeDirectory: ByteString?
    /// When it is asked among several: those with smaller numbers first; nil where it says nothing.
    package var priority: Int?

    package init(storeDirectory: ByteString? = nil, priority: Int? = nil) {
        self.storeDirectory = storeDirectory
        self.priority = priority
    }

    /// Parses lines of `<name>: <value>`; what is no such line, and fields of other names, are left out, as Nix does.
    package init(parsing text: ByteString) {
        for line in text.bytes.split(separator: UInt8(ascii: "\n")) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let blanks = " \t\r".utf8
            let rest = line[(colon + 1)...].drop { blanks.contains($0) }
            guard let end = rest.lastIndex(where: { !blanks.contains($0) }) else { continue }
            let value = rest[...end]
            if line[..<colon].elementsEqual("StoreDir".utf8) { storeDirectory = ByteString(value) }
            if line[..<colon].elementsEqual("Priority".utf8) {
                priority = Int(String(decoding: value, as: UTF8.self))
            }
        }
    }
}
