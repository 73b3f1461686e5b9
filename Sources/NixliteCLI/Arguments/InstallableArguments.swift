import ArgumentParser
import NixBuild

/// What to evaluate or build: an expression, a file, or installables such as `.#models.bert`.
struct InstallableArguments: ParsableArguments {
    @Option(
        name: [.customShort("E"), .long], parsing: .unconditional,
        help: "Take installables as attribute paths of this expression.")
    var expr: String?

    @Option(
        name: [.short, .long], parsing: .unconditional,
        help: "Take installables as attribute paths of this file ('-' for standard input).")
    var file: String?

    @Option(name: [.customShort("A"), .long], help: "An attribute path.")
    var attr: [String] = []

    @Argument(help: "A flake reference, a file, or an attribute path.")
    var installables: [String] = []

    /// What these flags ask for.
    func request(showsEverything: Bool = false) -> InstallableRequest {
        var request = InstallableRequest()
        request.expression = expr
        request.file = file
        request.names = attr + installables
        request.showsEverything = showsEverything
        return request
    }
}
