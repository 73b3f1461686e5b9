/// Why a regular expression gives no answer.
enum RegexError: Error {
    /// It is no extended regular expression.
    case invalid
    /// It, or what is needed to match it, is larger than allowed.
    case tooLarge
    case interrupted
}
