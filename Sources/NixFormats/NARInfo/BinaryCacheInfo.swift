/// What a binary cache says of itself: its `nix-cache-info` file.
package struct BinaryCacheInfo: Hashable, Sendable {
    /// The logical store folder that its objects are made for; nil where it says nothing.
    package var storeDirectory: ByteString?

    package init(storeDirectory: ByteString?) { self.storeDirectory = storeDirectory }

    /// Parses lines of `<name>: <value>`; what is no such line, and fields of other names, are left out, as Nix does.
    package init(parsing text: ByteString) {
        for line in text.bytes.split(separator: UInt8(ascii: "\n")) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let blanks = " \t\r".utf8
            let value = line[(colon + 1)...].drop { blanks.contains($0) }
            guard line[..<colon].elementsEqual("StoreDir".utf8),
                let end = value.lastIndex(where: { !blanks.contains($0) })
            else { continue }
            storeDirectory = ByteString(value[...end])
        }
    }
}
