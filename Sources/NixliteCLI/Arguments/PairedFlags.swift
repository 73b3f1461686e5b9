/// The flags that take two words (`--arg name expression`).
///
/// The argument parser gives each flag one value, so the two words are joined by a NUL, which no argument of a process can
/// hold, before it sees them; `ArgumentPair` takes them apart again.
enum PairedFlags {
    static let names: Set<String> = ["--arg", "--argstr", "--arg-from-file", "--option", "--override-input"]

    /// The arguments with the two values of each paired flag joined.
    ///
    /// - Throws: `UsageError` in Nix's words where a flag has fewer than two words after it.
    static func join(_ arguments: [String]) throws(UsageError) -> [String] {
        var joined: [String] = []
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            if argument == "--" {
                joined += arguments[index...]
                break
            }
            joined.append(argument)
            index += 1
            guard names.contains(argument) else { continue }
            let given = arguments.count - index
            guard given >= 2 else {
                throw UsageError("flag '\(argument)' requires 2 argument(s), but only \(given) were given")
            }
            joined.append(arguments[index] + "\0" + arguments[index + 1])
            index += 2
        }
        return joined
    }
}
