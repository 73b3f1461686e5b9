/// A project that cannot be read: lower case, no full stop, in Nix's words where it has any.
package struct ProjectError: Error, Equatable, CustomStringConvertible {
    package let message: String
    /// Whether it is a mistake of the command line.
    package let isMisuse: Bool

    package init(_ message: String, isMisuse: Bool = false) {
        self.message = message
        self.isMisuse = isMisuse
    }

    package var description: String { message }
}
