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
            for output in result.outputs {
                let suffix = (index == 0 ? "" : "-\(index)") + (output.name == "out" ? "" : "-\(output.name)")
                try store.addRoot(RealPath(name + suffix), to: output.path)
            }
        }
    }
}
