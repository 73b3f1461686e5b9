/// A project that cannot be read: lower case, no full stop, in Nix's words where it has any.
package struct ProjectError: Error, Equatable, CustomStringConvertible {
    package let message: String

    package init(_ message: String) {
        self.message = message
    }

    package var description: String { message }
}
