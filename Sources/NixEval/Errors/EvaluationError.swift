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

    /// A call that a builtin delayed, as `map` delays its function.
    enum DelayedCall { case none, lambda, other }

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
    /// What was called late, where no frame says yet where its result was asked for.
    var delayedCall = DelayedCall.none
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

    /// More than calls at the default greatest depth add.
    private static let mostFrames = 50_000

    /// Says where the result of a delayed call was asked for, which is the place of the call.
    func locateDelayedCall(_ place: UInt32, addsFrame: Bool) {
        let call = delayedCall
        delayedCall = .none
        guard call != .none, place != 0 else { return }
        if kind == .stackOverflow, frames.isEmpty {
            if position == 0 { position = place }
        } else if call == .lambda {
            if addsFrame { _ = adding("from call site", place) }
        } else if let last = frames.indices.last, frames[last].position == 0,
            frames[last].text.hasPrefix("while calling ")
        {
            frames[last].position = place
        }
    }

    /// Takes back what `locateDelayedCall` said last, if that was about this place.
    func forgetDelayedCall(at place: UInt32) {
        guard place != 0, let last = frames.indices.last, frames[last].position == place else { return }
        if frames[last].text == "from call site" {
            frames.removeLast()
        } else if frames[last].text.hasPrefix("while calling ") {
            frames[last].position = 0
        }
    }

    /// The error with a frame around it, which has no place where `position` is 0.
    package func adding(_ text: String, _ position: UInt32 = 0, isAlwaysShown: Bool = false) -> EvaluationError {
        // A runaway recursion adds a frame for each of its thousands of levels; only the ends are ever read.
        delayedCall = .none
        if frames.count < EvaluationError.mostFrames {
            frames.append(Frame(text: text, position: position, isAlwaysShown: isAlwaysShown))
        }
        return self
    }
}
