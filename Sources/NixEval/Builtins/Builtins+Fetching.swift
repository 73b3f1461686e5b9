import NixFormats
import NixSyntax

/// Files and archives fetched while evaluating. What is fetched, and from where, is the host's business.
extension Builtins {
    static let fetching: [Builtin] = [
        Builtin("fetchurl", 1, strict: 1) { (machine, argument, _, _, _) throws(EvaluationError) in
            try fetchOne(machine, argument, "fetchurl", .url)
        },
        Builtin("fetchTarball", 1, strict: 1, isGlobal: true) { (machine, argument, _, _, _) throws(EvaluationError) in
            try fetchOne(machine, argument, "fetchTarball", .tarball)
        },
    ]

    // MARK: fetchurl, fetchTarball

    private static func fetchOne(
        _ machine: Machine, _ argument: Value, _ builtin: String, _ kind: HostFetch.Kind
    ) throws(EvaluationError) -> Value {
        var value = try machine.force(argument)
        if value.isAttributes { value = try machine.flat(value) }
        var url: [UInt8]?
        var name: [UInt8]?
        var expected: NixHash?
        if value.isAttributes {
            for index in 0..<value.shape.count {
                let attribute = Value(bits: value.attributeValues[index])
                let position = value.shape.positions[index]
                func text(_ what: String) throws(EvaluationError) -> [UInt8] {
                    Array(
                        try machine.stringWithoutContext(
                            attribute, position, "while evaluating the \(what) we should fetch"
                        ).bytes)
                }
                switch machine.evaluator.symbols.string(of: Symbol(rawValue: value.shape.symbols[index])) {
                case "url": url = try text("url")
                case "name": name = try text("name of the content")
                case "sha256":
                    let hash = try text("sha256 of the content")
                    do throws(FormatError) {
                        let features = machine.evaluator.options.experimentalFeatures
                        expected = try NixHash.parseAllowingEmpty(
                            ByteString(hash), expected: .sha256, features: features
                        ).hash
                    } catch { throw EvaluationError(error) }
                case let other:
                    throw EvaluationError(.other, "unsupported argument '\(other)' to '\(builtin)'")
                }
            }
        } else {
            url = Array(
                try machine.stringWithoutContext(value, 0, "while evaluating the url we should fetch").bytes)
        }
        guard var url else { throw EvaluationError(.other, "'url' argument required") }
        if kind == .tarball, url.starts(with: "channel:".utf8) {
            url = Array("https://channels.nixos.org/".utf8) + url.dropFirst(8) + Array("/nixexprs.tar.xz".utf8)
        }
        try machine.evaluator.checkURI(url)
        let storeName = name ?? (kind == .tarball ? Array("source".utf8) : baseName(url))
        try checkName(storeName, url, builtin, isSet: value.isAttributes, isNamed: name != nil)
        if machine.evaluator.options.isPure, expected == nil {
            throw EvaluationError(.other, "in pure evaluation mode, '\(builtin)' requires a 'sha256' argument")
        }
        try checkAddress(url, kind)
        var attributes: [String: HostFetch.Attribute] = ["url": .string(url), "name": .string(storeName)]
        if let expected { attributes["narHash"] = .string(expected.sri.bytes) }
        let fetched: HostFetched
        do throws(HostError) {
            fetched = try machine.evaluator.host.fetch(HostFetch(kind: kind, attributes: attributes))
        } catch {
            let failure = EvaluationError(error)
            if kind != .tarball { throw failure }
            throw failure.adding("while fetching the input '\(String(decoding: url, as: UTF8.self))'", 0)
        }
        return try machine.string(of: fetched.storePath)
    }

    /// What is no URL is an error before anything is fetched.
    private static func checkAddress(_ url: [UInt8], _ kind: HostFetch.Kind) throws(EvaluationError) {
        do throws(InputError) {
            var warnings: [String] = []
            _ = try InputURL(parsing: String(decoding: url, as: UTF8.self), isLenient: false, warnings: &warnings)
        } catch {
            throw EvaluationError(.other, kind == .tarball ? error.message : "URL \(error.message)")
        }
    }

    private static func checkName(
        _ name: [UInt8], _ url: [UInt8], _ builtin: String, isSet: Bool, isNamed: Bool
    ) throws(EvaluationError) {
        do throws(FormatError) { try StorePathName.validate(name[...]) } catch {
            let advice =
                if isNamed {
                    "Please change the value for the 'name' attribute passed to '\(builtin)', so that it can create a valid store path."
                } else if isSet {
                    "Please add a valid 'name' attribute to the argument for '\(builtin)', so that it can create a valid store path."
                } else {
                    "Please pass an attribute set with 'url' and 'name' attributes to '\(builtin)',  so that it can create a valid store path."
                }
            let text = String(decoding: url, as: UTF8.self)
            throw EvaluationError(
                .other, "invalid store path name when fetching URL '\(text)': \(error.message). \(advice)")
        }
    }
}

/// Times as Nix words them.
package enum UTCDate {
    /// `YYYYMMDDhhmmss` in UTC.
    ///
    /// Source: days to civil dates in the proleptic Gregorian calendar, in eras of 400 years.
    package static func digits(_ seconds: Int64) -> String {
        let (day, second) = (seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400, seconds)
        let inDay = second - day * 86_400
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func padded(_ number: Int64, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(width - text.count, 0)) + text
        }
        return padded(year, 4) + padded(month, 2) + padded(dayOfMonth, 2) + padded(inDay / 3600, 2)
            + padded(inDay / 60 % 60, 2) + padded(inDay % 60, 2)
    }
}

extension Evaluator {
    /// In restricted evaluation, whether an address may be fetched at all.
    func checkURI(_ uri: [UInt8]) throws(EvaluationError) {
        guard options.isRestricted else { return }
        let text = String(decoding: uri, as: UTF8.self)
        for allowed in options.allowedURIs {
            if text == allowed { return }
            guard text.hasPrefix(allowed) else { continue }
            // A scheme such as `github:` allows all that begins with it, anything else only whole components.
            if allowed.hasSuffix("/") || allowed.hasSuffix(":") || text.dropFirst(allowed.count).first == "/" { return }
        }
        // What names a file is judged like a file.
        let path = text.hasPrefix("file://") ? text.dropFirst(7) : text[...]
        if path.hasPrefix("/") {
            let plain = normalizedPath(PercentEncoding.decodeLeniently(path).utf8)
            do throws(HostError) { _ = try host.fileType(plain) } catch { throw EvaluationError(error) }
            return
        }
        throw EvaluationError(.other, "access to URI '\(text)' is forbidden in restricted mode")
    }
}
