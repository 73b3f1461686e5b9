/// The kinds of token the parser asks for.
///
/// String and path contents are not tokens: the parser reads them itself.
enum Token: UInt8 {
    case endOfFile, invalid
    /// The lexer found an error, which is thrown when the grammar gets to this token.
    case failure
    // What can start a simple expression.
    case identifier, integer, float, path, homePath, searchPath, url
    case quote, indentedStringOpen, openParenthesis, openBrace, openBracket, recursive, `let`
    // Other keywords.
    case `if`, then, `else`, assert, with, `in`, inherit, or
    // Operators.
    case implication, logicalOr, logicalAnd, equal, notEqual, less, greater, lessOrEqual, greaterOrEqual
    case update, not, plus, minus, star, slash, concatenate, question
    case pipeFrom, pipeInto
    // Punctuation.
    case closeParenthesis, closeBrace, closeBracket, dollarBrace
    case colon, semicolon, comma, at, dot, ellipsis, assign

    /// Whether an argument or a list element can start with this token.
    @inline(__always)
    var startsSimpleExpression: Bool {
        rawValue >= Token.identifier.rawValue && rawValue <= Token.let.rawValue
    }

    /// How Nix names the token in `syntax error, unexpected …`.
    var description: StaticString {
        switch self {
        case .endOfFile: "end of file"
        case .invalid, .failure: "invalid token"
        case .identifier: "identifier"
        case .integer: "integer"
        case .float: "floating-point literal"
        case .path: "path"
        case .homePath: "'~/…' path"
        case .searchPath: "'<…>' path"
        case .url: "URI"
        case .quote: "'\"'"
        case .indentedStringOpen: "start of an indented string"
        case .openParenthesis: "'('"
        case .openBrace: "'{'"
        case .openBracket: "'['"
        case .recursive: "'rec'"
        case .let: "'let'"
        case .if: "'if'"
        case .then: "'then'"
        case .else: "'else'"
        case .assert: "'assert'"
        case .with: "'with'"
        case .in: "'in'"
        case .inherit: "'inherit'"
        case .or: "'or'"
        case .implication: "'->'"
        case .logicalOr: "'||'"
        case .logicalAnd: "'&&'"
        case .equal: "'=='"
        case .notEqual: "'!='"
        case .less: "'<'"
        case .greater: "'>'"
        case .lessOrEqual: "'<='"
        case .greaterOrEqual: "'>='"
        case .update: "'//'"
        case .not: "'!'"
        case .plus: "'+'"
        case .minus: "'-'"
        case .star: "'*'"
        case .slash: "'/'"
        case .concatenate: "'++'"
        case .question: "'?'"
        case .pipeFrom: "'<|'"
        case .pipeInto: "'|>'"
        case .closeParenthesis: "')'"
        case .closeBrace: "'}'"
        case .closeBracket: "']'"
        case .dollarBrace: "'${'"
        case .colon: "':'"
        case .semicolon: "';'"
        case .comma: "','"
        case .at: "'@'"
        case .dot: "'.'"
        case .ellipsis: "'...'"
        case .assign: "'='"
        }
    }
}
