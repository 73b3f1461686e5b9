import NixBuild

/// What to evaluate or build: an expression, a file, or installables such as `.#models.bert`.
struct InstallableArguments: ArgumentGroup {
    var expr: String?
    var file: String?
    var attr: [String] = []
    var installables: [String] = []

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try line.option("-E", "--expr", sets: &expr, "expr", "Take installables as attribute paths of this expression.")
        try line.option(
            "-f", "--file", sets: &file, "file",
            "Take installables as attribute paths of this file ('-' for standard input).")
        try line.option("-A", "--attr", addsTo: &attr, "attr", "An attribute path.")
        try line.positionals("installables", addsTo: &installables, "A flake reference, a file, or an attribute path.")
    }

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
