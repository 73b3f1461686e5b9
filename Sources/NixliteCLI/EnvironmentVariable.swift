import Glibc

/// Variables of this process's environment.
enum EnvironmentVariable {
    /// The variable's text; nil where it is not set.
    static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
