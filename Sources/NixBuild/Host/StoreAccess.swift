package import NixStore

/// The store that a command works with: where it lies is known at once, but it is opened only when it is needed.
///
/// Used from the evaluation thread and, once opened, from others.
package final class StoreAccess {
    package let layout: StoreLayout
    /// What the user should be told about the choice.
    package let notice: String?
    /// Whether paths are only computed, and nothing can be written or is there (`dummy://`).
    package let isDummy: Bool
    private var opened: LocalStore?

    /// - Parameter reference: the value of `--store`, nil where there was none.
    package init(_ reference: String?) throws(StoreError) {
        let environment = try StoreEnvironment.current()
        var parsed: StoreReference?
        if let reference {
            parsed = try StoreReference(parsing: Array(reference.utf8), workingDirectory: environment.workingDirectory)
        }
        let choice = try StoreChoice(parsed, in: environment)
        layout = choice.layout
        notice = choice.notice
        isDummy = choice.isDummy
    }

    /// The store, opened now if it was not.
    package func store() throws(StoreError) -> LocalStore {
        if let opened { return opened }
        guard !isDummy else { throw Self.unsupported("addToStore") }
        let store = try LocalStore(layout)
        opened = store
        return store
    }

    /// What a store that holds nothing says of an operation that would write.
    static func unsupported(_ operation: String) -> StoreError {
        StoreError(.readOnly, "operation '\(operation)' is not supported by store 'dummy://'")
    }
}
