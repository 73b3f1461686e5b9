internal import CProcess
import Glibc
import NixFetch
import NixFormats
import NixStore

/// An ordinary builder: a program of the machine or of the store, without a sandbox.
///
/// In a store whose files lie elsewhere than its paths say, the builder is handed real paths, and what it writes is turned back
/// into logical ones, so that the outputs are those that Nix would have; a builder that lies in such a store itself cannot run,
/// because the program and its libraries name each other by logical paths.
struct ProcessBuilder {
    let store: LocalStore
    let options: BuildOptions
    let services: BuildServices
    let report: BuildReporter

    func build(_ step: BuildPlan.Step, _ cancellation: Cancellation, log: inout BuilderLog) throws(BuildFailure) {
        let names = StorePathTranslation(store.layout)
        let derivation = step.derivation
        if !names.isIdentity, names.mentions(derivation.builder.bytes) {
            throw log.fail(
                "the builder '\(derivation.builder)' lies in the store '\(store.layout.realStoreDirectory)', whose programs cannot run where they are: they expect to be in '\(store.layout.storeDirectory.path)'"
            )
        }
        if options.rebuilds, try hasValidOutput(step) {
            throw BuildFailure(
                .miscellaneous,
                "cannot build '\(store.layout.storeDirectory.print(step.path))' again: without a sandbox its builder would write over the valid output"
            )
        }
        let folder = try makeTemporaryFolder()
        var keepsFolder = false
        defer {
            if keepsFolder {
                report(.note("note: keeping build directory '\(folder)'"))
            } else {
                _ = try? TreeRemoval.remove(folder)
            }
        }
        let outputs = try OutputPlaces(step, in: store)
        for (_, place) in outputs.places { try remove(store.realPath(place)) }
        let environment = try makeEnvironment(step, outputs, folder, names)
        do throws(FileOperationError) {
            for file in environment.files {
                try SmallFile.write("\(folder)/\(file.name)", file.contents.bytes)
            }
        } catch {
            throw BuildFailure(.miscellaneous, error.description)
        }
        do {
            try run(derivation, outputs, environment, folder, names, cancellation, &log)
            try register(step, outputs, names)
        } catch {
            keepsFolder = options.keepFailed && error.kind != .cancelled
            for (_, place) in outputs.places { try? remove(store.realPath(place)) }
            throw error
        }
    }

    private func hasValidOutput(_ step: BuildPlan.Step) throws(BuildFailure) -> Bool {
        try BuildFailure.ofStore { () throws(StoreError) in
            for output in step.outputs where try store.isValid(output.path) { return true }
            return false
        }
    }

    private func makeTemporaryFolder() throws(BuildFailure) -> RealPath {
        let parent = store.layout.stateDirectory.appending("builds")
        try FileModes.makeFolders(parent)
        _ = chmod(parent.description, 0o755)
        guard let folder = FileModes.makeTemporaryFolder(parent.appending("nix-\(getpid())-")) else {
            throw BuildFailure(.miscellaneous, FileOperationError("creating directory", parent).description)
        }
        return folder
    }

    private func makeEnvironment(
        _ step: BuildPlan.Step, _ outputs: OutputPlaces, _ folder: RealPath, _ names: StorePathTranslation
    ) throws(BuildFailure) -> BuilderEnvironment {
        let inherited = services.environment.variables
        let cores = options.cores
        var environment = try BuilderEnvironment(
            step.derivation,
            outputs: step.outputs.map { ($0.name, store.layout.storeDirectory.print($0.path)) },
            temporaryFolder: ByteString(folder.bytes), storeDirectory: store.layout.storeDirectory.path, cores: cores,
            inherited: { inherited[$0.description].map { ByteString($0) } })
        for entry in environment.variables.entries {
            environment.variables[entry.key] = outputs.naming(entry.value)
        }
        environment.files = environment.files.map { ($0.name, outputs.naming($0.contents)) }
        guard !names.isIdentity else { return environment }
        for entry in environment.variables.entries {
            environment.variables[entry.key] = ByteString(names.toReal(entry.value.bytes))
        }
        environment.variables["NIX_STORE"] = ByteString(store.layout.realStoreDirectory.bytes)
        environment.files = environment.files.map { ($0.name, ByteString(names.toReal($0.contents.bytes))) }
        return environment
    }

    private func run(
        _ derivation: Derivation, _ outputs: OutputPlaces, _ environment: BuilderEnvironment, _ folder: RealPath,
        _ names: StorePathTranslation, _ cancellation: Cancellation, _ log: inout BuilderLog
    ) throws(BuildFailure) {
        let program = ByteString(names.toReal(derivation.builder.bytes))
        let base = derivation.builder.bytes.split(separator: UInt8(ascii: "/")).last.map { ByteString($0) } ?? program
        var pipeEnds: [Int32] = [0, 0]
        guard nixlite_pipe(&pipeEnds) == 0 else {
            throw BuildFailure(.miscellaneous, "creating pipe: \(String(cString: strerror(errno)))")
        }
        defer { close(pipeEnds[0]) }
        let child: ChildProcess
        do {
            defer { close(pipeEnds[1]) }
            child = try ChildProcess(
                program: program,
                arguments: [base] + derivation.arguments.map { ByteString(names.toReal(outputs.naming($0).bytes)) },
                environment: environment.variables.map {
                    ByteString($0.key.bytes + [UInt8(ascii: "=")] + $0.value.bytes)
                },
                directory: ByteString(folder.bytes), output: .descriptor(pipeEnds[1]))
        } catch {
            throw log.fail("executing '\(derivation.builder)': \(error)")
        }
        var expiry: String?
        let reader = pipeEnds[0]
        cancellation.withHandler({ child.kill() }) { expiry = follow(reader, child, &log) }
        let ending = child.wait()
        child.kill()
        if cancellation.isCancelled { throw BuildFailure.interrupted }
        if let expiry {
            var failure = log.fail(reason: expiry)
            failure.kind = .timedOut
            throw failure
        }
        switch ending {
        case .exited(0): log.finish()
        case .exited(let code): throw log.fail(reason: "builder failed with exit code \(code).")
        case .signalled(let signal):
            throw log.fail(
                reason: "builder failed due to signal \(signal) (\(String(cString: strsignal(signal)))).")
        }
    }

    /// Reads the builder's output until its end, and returns why it was cut, if it was.
    private func follow(_ reader: Int32, _ child: ChildProcess, _ log: inout BuilderLog) -> String? {
        let start = time(nil)
        var lastOutput = start
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            var descriptor = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
            let ready = poll(&descriptor, 1, 1000)
            let now = time(nil)
            if ready > 0 {
                let count = read(reader, &buffer, buffer.count)
                if count > 0 {
                    lastOutput = now
                    log.append(buffer[..<count])
                } else if count == 0 || errno != EINTR {
                    return nil
                }
            }
            if let timeout = options.timeout, timeout > 0, now - start >= timeout {
                child.kill()
                return "timed out after \(timeout) seconds"
            }
            if let limit = options.maxSilentTime, limit > 0, now - lastOutput >= limit {
                child.kill()
                return "timed out after \(limit) seconds of silence"
            }
        }
    }

    /// Takes the outputs into the store, those that others refer to first.
    private func register(
        _ step: BuildPlan.Step, _ outputs: OutputPlaces, _ names: StorePathTranslation
    ) throws(BuildFailure) {
        let printed = store.layout.storeDirectory.print(step.path).description
        for (output, (_, place)) in zip(step.outputs, outputs.places)
        where !Paths.existsWithoutFollowing(store.realPath(place).description) {
            throw .missingOutput(
                printed, output: output.name.description,
                path: store.layout.storeDirectory.print(output.path).description)
        }
        do {
            let staging = try store.makeStagingDirectory()
            let candidates = try inputClosure(step) + step.outputs.map(\.path)
            var staged: [(path: StorePath, tree: StagedTree)] = []
            for (index, output) in step.outputs.enumerated() {
                var place = staging.path.appending("\(index)")
                let source = store.realPath(outputs.places[index].place)
                guard outputs.places[index].place == output.path else {
                    // It is there already.
                    try remove(source)
                    continue
                }
                guard rename(source.description, place.description) == 0 else {
                    throw FileOperationError("renaming", source)
                }
                if !names.isIdentity { try names.makeLogical(place) }
                place = try outputs.settle(place, at: staging.path.appending("\(index)-settled"))
                if step.derivation.fixedOutput != nil {
                    return try FixedOutputCheck(step, in: store).accept(
                        place, candidates: candidates.filter { $0 != output.path })
                }
                staged.append((output.path, try store.examine(place, candidates: candidates)))
            }
            for (path, tree) in try sortedByReferences(staged, printed) {
                _ = try store.addOutput(tree, at: path, deriver: step.path, locked: step.outputs.map(\.path))
            }
        } catch let failure as BuildFailure {
            throw failure
        } catch {
            throw BuildFailure(.miscellaneous, "\(error)")
        }
    }

    /// What the outputs may refer to: the closure of the inputs.
    private func inputClosure(_ step: BuildPlan.Step) throws -> [StorePath] {
        var inputs = Array(step.derivation.inputSources)
        for input in step.derivation.inputDerivations {
            let derivation = try store.readDerivation(input.key)
            for name in input.value {
                if let path = try derivation.outputPath(name, in: store.layout.storeDirectory) { inputs.append(path) }
            }
        }
        // A placeholder that a shell does without is not there.
        return Array(try store.closure(store.validPaths(among: inputs)))
    }

    private func sortedByReferences(
        _ staged: [(path: StorePath, tree: StagedTree)], _ derivation: String
    ) throws(BuildFailure) -> [(path: StorePath, tree: StagedTree)] {
        var waiting = staged
        var sorted: [(path: StorePath, tree: StagedTree)] = []
        while !waiting.isEmpty {
            let paths = waiting.map(\.path)
            guard
                let index = waiting.firstIndex(where: { output in
                    !paths.contains { $0 != output.path && output.tree.references.contains($0) }
                })
            else {
                throw BuildFailure(
                    .permanent, "cycle detected in build of '\(derivation)' in the references of its outputs")
            }
            sorted.append(waiting.remove(at: index))
        }
        return sorted
    }

    private func remove(_ path: RealPath) throws(BuildFailure) {
        _ = try BuildFailure.ofStore { () throws(StoreError) in try TreeRemoval.remove(path) }
    }
}
