package import NixStore

/// The store that a command works with: where it lies is known at once, but it is opened only when it is needed.
///
/// Used from the evaluation thread and, once opened, from others.
package final class StoreAccess {
    package let layout: StoreLayout
    /// What the user should be told about the choice.
    package let notice: String?
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
    }

    /// The store, opened now if it was not.
    package func store() throws(StoreError) -> LocalStore {
        if let opened { return opened }
        let store = try LocalStore(layout)
        opened = store
        return store
    }
}
