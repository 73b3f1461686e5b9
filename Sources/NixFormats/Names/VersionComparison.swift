/// How Nix splits and orders versions.
///
/// Source: `builtins.splitVersion`, `compareVersions` in the Nix manual.
package enum VersionComparison {
    /// The components of `version`: runs of digits and runs of anything else, with dots and dashes left out.
    package static func split(_ version: ByteString) -> [ByteString] {
        var rest = version.bytes[...]
        var components: [ByteString] = []
        while let component = nextComponent(&rest) { components.append(ByteString(component)) }
        return components
    }

    /// -1, 0 or 1 as `left` is older than, equal to or newer than `right`.
    package static func compare(_ left: ByteString, _ right: ByteString) -> Int {
        var left = left.bytes[...]
        var right = right.bytes[...]
        while true {
            let leftComponent = nextComponent(&left)
            let rightComponent = nextComponent(&right)
            if leftComponent == nil, rightComponent == nil { return 0 }
            let (first, second) = (leftComponent ?? [], rightComponent ?? [])
            if isOlder(first, second) { return -1 }
            if isOlder(second, first) { return 1 }
        }
    }

    private static func nextComponent(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        rest = rest.drop { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
        guard let first = rest.first else { return nil }
        let component =
            isDigit(first)
            ? rest.prefix(while: isDigit)
            : rest.prefix { !isDigit($0) && $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "-") }
        rest = rest[component.endIndex...]
        return component
    }

    /// Numbers by value; nothing before a number; `pre` before anything else; words before numbers; words bytewise.
    private static func isOlder(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
        switch (number(left), number(right)) {
        case (let left?, let right?): return left < right
        case (nil, _?) where left.isEmpty: return true
        case (_, let rightNumber):
            let isPre = left.elementsEqual("pre".utf8)
            let isOtherPre = right.elementsEqual("pre".utf8)
            if isPre, !isOtherPre { return true }
            if isOtherPre { return false }
            if rightNumber != nil { return true }
            if number(left) != nil { return false }
            return left.lexicographicallyPrecedes(right)
        }
    }

    /// The value of a run of digits that fits 32 bits; a longer one counts as a word, as in Nix.
    private static func number(_ component: ArraySlice<UInt8>) -> Int32? {
        guard !component.isEmpty else { return nil }
        var result: Int32 = 0
        for character in component {
            guard isDigit(character) else { return nil }
            let (product, overflow) = result.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int32(character - UInt8(ascii: "0")))
            if overflow || carry { return nil }
            result = sum
        }
        return result
    }

    private static func isDigit(_ character: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character)
    }
}
