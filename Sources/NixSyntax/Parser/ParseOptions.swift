/// What the parser may accept, and how deep a text may nest.
package struct ParseOptions: Sendable {
    /// Experimental parts of the language that are switched on.
    package struct Features: Sendable {
        /// `a |> f` and `f <| a`.
        package var pipeOperators: Bool

        package init(pipeOperators: Bool = false) { self.pipeOperators = pipeOperators }
    }

    package var features: Features
    /// In pure evaluation `~/x` is an error.
    package var isPure: Bool
    /// How many brackets, braces and interpolations may be open at once.
    ///
    /// One level takes well under 1 KiB of stack in a release build; operator chains, `if … else if`, curried functions
    /// and the like take none.
    package var maximumDepth: Int

    package init(features: Features = Features(), isPure: Bool = false, maximumDepth: Int = 1_000) {
        self.features = features
        self.isPure = isPure
        self.maximumDepth = maximumDepth
    }
}
