/// Which names store objects may have.
///
/// Source: "Store path" in the Nix manual; 211 is what a file name of 255 bytes leaves beside hash, dash and
/// the longest suffix.
package enum StorePathName {
    package static let maximumCount = 211

    /// Throws in Nix's words when `name` cannot be the name of a store path.
    package static func validate(_ name: ArraySlice<UInt8>) throws(FormatError) {
        if let problem = problem(in: name) { throw FormatError(.storePath, problem) }
    }

    /// What is wrong with `name`, in Nix's words, or nil.
    package static func problem(in name: ArraySlice<UInt8>) -> String? {
        guard !name.isEmpty else { return "name must not be empty" }
        var text: ByteString { ByteString(name) }
        guard name.count <= maximumCount else {
            return "name '\(text)' must be no longer than \(maximumCount) characters"
        }
        let component = name.prefix(3).prefix { $0 != UInt8(ascii: "-") }
        if component.elementsEqual(".".utf8) || component.elementsEqual("..".utf8) {
            if component.count == name.count { return "name '\(text)' is not valid" }
            return
                "name '\(text)' is not valid: first dash-separated component must not be '\(ByteString(component))'"
        }
        for character in name where !isAllowed(character) {
            return "name '\(text)' contains illegal character '\(ByteString([character]))'"
        }
        return nil
    }

    /// Whether names of store objects may have a character.
    package static func isAllowed(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "?"), UInt8(ascii: "="):
            true
        default: false
        }
    }
}
