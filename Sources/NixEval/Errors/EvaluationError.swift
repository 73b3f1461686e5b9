package import NixSyntax

/// What evaluation throws.
///
/// One object that collects trace frames as it travels outwards.
package final class EvaluationError: Error, @unchecked Sendable {
    package enum Kind: Sendable {
        /// `throw`, and a failed search-path look-up: what `tryEval` sees.
        case thrown
        /// A failed `assert`: what `tryEval` sees.
        case assertion
        case abort
        case type
        case missingAttribute
        case undefinedVariable
        case infiniteRecursion
        case stackOverflow
        case syntax
        /// What Nix counts as a misuse of the program, such as a hash algorithm that does not exist.
        case usage
        /// The user wanted no more.
        case interrupted
        /// A host failure: files, store, builds, fetches.
        case host
        case other
    }

    /// One "while …" line, with its place if it has one.
    package struct Frame: Sendable {
        package var text: String
        package var position: UInt32
        /// Printed even where a trace is cut short, as what an expression itself adds (`addErrorContext`).
        package var isAlwaysShown = false
    }

    package let kind: Kind
    /// Bytes in Nix's words, without `error: `.
    package let message: [UInt8]
    /// Where the error itself points, or 0.
    package internal(set) var position: UInt32
    /// Innermost first.
    package internal(set) var frames: [Frame] = []
    /// Names that the user may have meant, best first.
    package internal(set) var suggestions: [String] = []
    /// Set for syntax errors, which have a place before there is a position table entry.
    package let location: SourceLocation?
    /// The exit code that a failed build asks for.
    package let buildExitCode: Int32?

    init(
        _ kind: Kind, _ message: [UInt8], at position: UInt32 = 0, location: SourceLocation? = nil,
        buildExitCode: Int32? = nil
    ) {
        self.kind = kind
        self.message = message
        self.position = position
        self.location = location
        self.buildExitCode = buildExitCode
    }

    convenience init(_ kind: Kind, _ message: String, at position: UInt32 = 0) {
        self.init(kind, Array(message.utf8), at: position)
    }

    package var isTryable: Bool { kind == .thrown || kind == .assertion }
    package var text: String { String(decoding: message, as: UTF8.self) }

    /// The error with a frame around it, which has no place where `position` is 0.
    package func adding(_ text: String, _ position: UInt32 = 0, isAlwaysShown: Bool = false) -> EvaluationError {
        // A runaway recursion adds a frame for each of its thousands of levels; only the ends are ever read.
        if frames.count < 20_000 {
            frames.append(Frame(text: text, position: position, isAlwaysShown: isAlwaysShown))
        }
        return self
    }
}
