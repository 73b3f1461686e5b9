/// What the parser may accept, and how deep a text may nest.
package struct ParseOptions: Sendable {
    /// Experimental parts of the language that are switched on.
    package struct Features: Sendable {
        /// `a |> f` and `f <| a`.
        package var pipeOperators: Bool

        package init(pipeOperators: Bool = false) { self.pipeOperators = pipeOperators }
    }

    /// What becomes of spellings that are allowed and discouraged.
    ///
    /// Source: the settings `lint-…` in the Nix manual.
    package struct Lints: Sendable {
        package enum Level: String, Sendable { case ignore, warn, fatal }

        /// `http://x.y` without quotes.
        package var urls = Level.ignore
        /// `a/b` for `./a/b`.
        package var shortPaths = Level.ignore
        /// `/a` and `~/a`.
        package var absolutePaths = Level.ignore

        package init() {}
    }

    package var features: Features
    package var lints = Lints()
    /// In pure evaluation `~/x` is an error.
    package var isPure: Bool
    /// How many brackets, braces and interpolations may be open at once.
    ///
    /// Operator chains, `if … else if`, curried functions and the like do not count.
    package var maximumDepth: Int
    /// How much stack the parser may take, measured from where it was called; nil: three quarters of what the calling
    /// thread has left.
    ///
    /// In a release build a pair of parentheses takes about 0.5 KiB, a set in a set about 3 KiB.
    package var maximumStackBytes: Int?
    /// Whether the tree says where documentation comments lie.
    package var keepsDocumentation = false
    /// Whether the text is what stands between the braces of a set.
    package var takesBindings = false

    package init(
        features: Features = Features(), isPure: Bool = false, maximumDepth: Int = 1_000_000,
        maximumStackBytes: Int? = nil
    ) {
        self.features = features
        self.isPure = isPure
        self.maximumDepth = maximumDepth
        self.maximumStackBytes = maximumStackBytes
    }
}
