import NixFormats
package import NixStore

/// Links such as `result`, which keep what they point to from being collected.
package struct ResultLinks {
    private let store: LocalStore

    package init(store: LocalStore) {
        self.store = store
    }

    /// Links all outputs, the first result as `result` and `result-dev`, the second as `result-1` and `result-1-dev`.
    ///
    /// - Parameter name: absolute, or relative to the working folder.
    package func make(_ results: [BuildResult], name: String) throws(StoreError) {
        for (index, result) in results.enumerated() {
            try make([result], name: name) { _ in index == 0 ? "" : "-\(index)" }
        }
    }

    /// Links all outputs, each result with a number of its own.
    ///
    /// - Parameter number: what comes after the name: nothing, or such as `-2`.
    package func make(
        _ results: [BuildResult], name: String, number: (BuildResult) -> String
    ) throws(StoreError) {
        for result in results {
            for output in result.outputs {
                let suffix = number(result) + (output.name == "out" ? "" : "-\(output.name)")
                try store.addRoot(RealPath(name + suffix), to: output.path)
            }
        }
    }
}
