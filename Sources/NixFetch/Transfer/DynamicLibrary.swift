import Glibc

/// A shared library opened on first use, never closed.
struct DynamicLibrary {
    /// Why the library or one of its functions is missing, in the loader's words.
    struct LoadError: Error {
        let message: String
    }

    private let handle: UnsafeMutableRawPointer
    private let name: String

    /// Opens a library by its soname.
    init(_ name: String) throws(LoadError) {
        guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
            throw LoadError(message: "cannot load \(name): \(Self.lastMessage())")
        }
        self.handle = handle
        self.name = name
    }

    /// The address of a function.
    func address(_ symbol: String) throws(LoadError) -> UnsafeMutableRawPointer {
        guard let address = dlsym(handle, symbol) else {
            throw LoadError(message: "\(name) has no function \(symbol)")
        }
        return address
    }

    /// A function as a typed pointer; `type` must be the C prototype.
    func function<Function>(_ symbol: String, _ type: Function.Type) throws(LoadError) -> Function {
        unsafeBitCast(try address(symbol), to: type)
    }

    private static func lastMessage() -> String {
        dlerror().map { String(cString: $0) } ?? "unknown error"
    }
}
