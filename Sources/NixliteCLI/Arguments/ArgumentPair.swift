import ArgumentParser

/// The two values of a flag such as `--argstr name text`.
struct ArgumentPair: ExpressibleByArgument {
    let name: String
    let value: String

    init?(argument: String) {
        guard let separator = argument.utf8.firstIndex(of: 0) else { return nil }
        name = String(argument[..<separator])
        value = String(argument[argument.utf8.index(after: separator)...])
    }
}
