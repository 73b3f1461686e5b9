import NixBuild
import NixSyntax

/// Values of Nix's settings, from flags and configuration.
struct NixSettings {
    private var values = [
        "substituters": defaultSubstituter,
        "trusted-public-keys": "cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=",
    ]
    private static let defaultSubstituter = "https://cache.nixos.org/"
    /// Whether somebody said which binary caches there are, not only which there are besides.
    private var choosesSubstituters = false
    /// The names that nothing knows, in the order they came.
    private(set) var unknown: [String] = []

    /// The value of a setting; nil where none was given.
    subscript(_ name: String) -> String? { values[name] }

    /// Whether a setting is on; nil where nothing was said.
    func flag(_ name: String) -> Bool? { values[name].map(Self.isTrue) }

    func integer(_ name: String) -> Int? { values[name].flatMap(UnitNumber.parse) }

    /// The words of a setting that lists.
    func list(_ name: String) -> [String] {
        values[name]?.split { " \n\t\r".contains($0) }.map(String.init) ?? []
    }

    /// The experimental features that are on.
    var experimentalFeatures: Set<String> { Set(list("experimental-features")) }

    /// Experimental features that Nix does not have.
    var unknownFeatures: [String] {
        list("experimental-features").filter { !NixSetting.experimentalFeatures.contains($0) }
    }

    /// Sets one, or adds to a list by its name after `extra-`.
    ///
    /// - Throws: `UsageError` in Nix's words for a value that the setting cannot have, which then stays as it was.
    mutating func set(_ given: String, _ value: String) throws(UsageError) {
        let name = NixSetting.canonical(given)
        guard let kind = NixSetting.kind(name) else {
            unknown.append(given)
            return
        }
        try Self.check(name, kind, value)
        if name.hasPrefix("extra-") {
            let base = String(name.dropFirst(6))
            values[base] = [values[base], value].compactMap { $0 }.joined(separator: " ")
        } else {
            values[name] = value
            if name == "substituters" { choosesSubstituters = true }
        }
    }

    /// The binary caches that builds ask, each once.
    var substituters: [SubstituterOptions.Source] {
        var sources: [SubstituterOptions.Source] = []
        for url in list("substituters") where !sources.contains(where: { $0.url == url }) {
            let isDefault = !choosesSubstituters && url == Self.defaultSubstituter
            sources.append(SubstituterOptions.Source(url: url, isDefault: isDefault))
        }
        return sources
    }

    private static func check(_ name: String, _ kind: NixSetting.Kind, _ value: String) throws(UsageError) {
        switch kind {
        case .boolean where name == "sandbox" && value == "relaxed": return
        case .boolean:
            guard isTrue(value) || ["false", "no", "0"].contains(value) else {
                throw UsageError("Boolean setting '\(name)' has invalid value '\(value)'")
            }
        case .integer:
            guard UnitNumber.parse(value) != nil else {
                throw UsageError("setting '\(name)' has invalid value '\(value)'")
            }
        case .text where name == "max-jobs":
            guard value == "auto" || UnitNumber.parse(value) != nil else {
                throw UsageError("configuration setting 'max-jobs' should be 'auto' or an integer")
            }
        case .text where name == "eval-profiler":
            guard ["disabled", "flamegraph"].contains(value) else {
                throw UsageError("option 'eval-profiler' has invalid value '\(value)'")
            }
        case .text where name.hasPrefix("lint-"):
            guard ParseOptions.Lints.Level(rawValue: value) != nil else {
                throw UsageError(
                    "option '\(name)' has invalid value '\(value)' (expected 'ignore', 'warn', or 'fatal')")
            }
        case .text: return
        }
    }

    /// What the settings `lint-…` say.
    var lints: ParseOptions.Lints {
        func level(_ name: String) -> ParseOptions.Lints.Level? {
            values[name].flatMap(ParseOptions.Lints.Level.init(rawValue:))
        }
        var lints = ParseOptions.Lints()
        lints.urls = level("lint-url-literals") ?? .ignore
        lints.absolutePaths = level("lint-absolute-path-literals") ?? .ignore
        lints.shortPaths =
            level("lint-short-path-literals") ?? (flag("warn-short-path-literals") == true ? .warn : .ignore)
        return lints
    }

    private static func isTrue(_ value: String) -> Bool { ["true", "yes", "1"].contains(value) }
}

/// Whole numbers that may end with `K`, `M`, `G` or `T`.
enum UnitNumber {
    /// Nil for what is no such number.
    static func parse(_ text: String) -> Int? {
        do throws(UsageError) { return try number(text) } catch { return nil }
    }

    /// - Throws: `UsageError` in Nix's words.
    static func number(_ text: String) throws(UsageError) -> Int {
        var digits = text[...]
        var factor = 1
        if let last = digits.last, last.isLetter {
            let unit = last.uppercased()
            guard let power = ["K", "M", "G", "T"].firstIndex(of: unit) else {
                throw UsageError("invalid unit specifier '\(unit)'")
            }
            factor = 1 << (10 * (power + 1))
            digits.removeLast()
        }
        guard let value = UInt32(digits).map(Int.init) ?? Int(digits), value >= 0, digits.first != "+",
            case (let result, let overflow) = value.multipliedReportingOverflow(by: factor), !overflow
        else { throw UsageError("'\(text)' is not an integer") }
        return result
    }
}
