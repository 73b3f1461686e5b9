import Glibc
import NixFormats

/// A file of a model: what to download, and where to put it.
struct FileJob: Sendable {
    let request: FileRequest
    /// The directory and the name in it.
    let target: Descriptor
    let name: String
    /// Whether it is called by the hexadecimal SHA-256 digest of its content instead.
    let isNamedByContent: Bool
    /// The partial file's name.
    let key: String

    init(request: FileRequest, target: Descriptor, name: String, isNamedByContent: Bool = false) {
        self.request = request
        self.target = target
        self.name = name
        self.isNamedByContent = isNamedByContent
        key = request.key
    }

    /// The name of the file in its place.
    func finalName(_ file: FetchedFile) -> String {
        isNamedByContent ? "\(file.sha256.base16)" : name
    }
}

/// Downloads the files of one model, several at once.
struct FileBatch: Sendable {
    let context: FetchContext
    let workspace: Workspace
    let jobs: [FileJob]
    /// Puts a failed request into the source's own words.
    let translate: @Sendable (FileRequest, TransferError) -> FetchError

    init(
        context: FetchContext, workspace: Workspace, jobs: [FileJob],
        translate: @escaping @Sendable (FileRequest, TransferError) -> FetchError = { $1.fetchError }
    ) {
        self.context = context
        self.workspace = workspace
        self.jobs = jobs
        self.translate = translate
    }

    /// Downloads all, as many at once as the settings say: in the order of the NAR where the plan tells it, else their own.
    ///
    /// With a plan of the tree its NAR is hashed meanwhile.
    /// The first failure ends the others, whose partial files stay for the next run.
    func run(hashing plan: TreePlan? = nil) async throws(FetchError) -> (files: [FetchedFile], nar: NARSummary?) {
        let sizes = jobs.map(\.request.size)
        let total = sizes.reduce(Int64?(0)) { sum, size in
            guard let sum, let size else { return nil }
            let (value, overflow) = sum.addingReportingOverflow(size)
            return overflow ? nil : value
        }
        if let total { try workspace.checkSpace(max(0, total - bytesOnDisk())) }
        context.observer.observe(.planned(files: jobs.count, bytes: total))
        let board = plan.map { _ in ProgressBoard() }
        async let hashing = hash(plan, board)
        let outcome = await runInTime(context.deadline(total), board, plan)
        board?.end()
        // The files are read where they are now, so nothing is moved before.
        let nar = await hashing
        if let failure = outcome.failure { throw failure }
        var files: [FetchedFile] = []
        for (index, job) in jobs.enumerated() {
            guard let file = outcome.files[index] else { continue }
            files.append(try await publish(job, file))
        }
        return (files, nar)
    }

    private func hash(_ plan: TreePlan?, _ board: ProgressBoard?) async -> NARSummary? {
        guard let plan, let board else { return nil }
        return await TreeHasher.hash(plan, board: board, partials: workspace.partials)
    }

    /// Moves a complete file to its place; one that another process took meanwhile is fetched again.
    private func publish(_ job: FileJob, _ file: FetchedFile) async throws(FetchError) -> FetchedFile {
        do {
            try PartialFile.publish(
                key: job.key, in: workspace.partials, to: job.target, as: job.finalName(file),
                isRecorded: PartialFile.isRecorded(size: job.request.size, isDigestKnown: job.request.isDigestKnown))
            return file
        } catch {
            guard error.number == ENOENT else { throw error.fetchError }
        }
        return try await FileDownload(context: context, request: job.request, translate: translate)
            .run(partials: workspace.partials, into: job.target, as: job.finalName(file))
    }

    /// Runs the group, and ends it when a time is over.
    private func runInTime(
        _ seconds: Double?, _ board: ProgressBoard?, _ plan: TreePlan?
    ) async -> (files: [Int: FetchedFile], failure: FetchError?) {
        guard let seconds else { return await runGroup(board, plan) }
        return await withTaskGroup(of: (files: [Int: FetchedFile], failure: FetchError?)?.self) { group in
            group.addTask { await runGroup(board, plan) }
            group.addTask {
                try? await Task.sleep(for: .seconds(seconds))
                return nil
            }
            var outcome: (files: [Int: FetchedFile], failure: FetchError?) = ([:], nil)
            var isLate = false
            while let result = await group.next() {
                if let result { outcome = result } else if !Task.isCancelled { isLate = true }
                group.cancelAll()
            }
            if isLate, outcome.failure?.kind == .cancelled {
                outcome.failure = FetchError(
                    .transfer, "the model is not there after \(Int(seconds)) seconds, as 'network.timeouts' demands",
                    hint: "what is there is kept: run the same command again")
            }
            return outcome
        }
    }

    private func runGroup(
        _ board: ProgressBoard?, _ plan: TreePlan?
    ) async -> (files: [Int: FetchedFile], failure: FetchError?) {
        let crew = context.makeBatch()
        let named = Set(plan?.named ?? [])
        return await withTaskGroup(of: Completion.self) { group in
            var outcome = Outcome()
            var underWay = 0
            for index in order(plan) {
                if underWay >= Self.tasksAtOnce, let completion = await group.next() {
                    underWay -= 1
                    outcome.take(completion)
                }
                let size = jobs[index].request.size ?? 0
                let isLarge = size >= context.downloader.options.rangeThreshold
                guard await crew.admit(file: index, isLarge ? .large : .small) else { break }
                let isDeferred = plan != nil && !named.contains(jobs[index].key)
                underWay += 1
                group.addTask {
                    let completion = await complete(index, board, crew, defersDigest: isDeferred)
                    if case .failure = completion.result { crew.close() }
                    return completion
                }
            }
            if outcome.failure != nil { group.cancelAll() }
            while let completion = await group.next() {
                outcome.take(completion)
                if outcome.failure != nil { group.cancelAll() }
            }
            if outcome.failure == nil, outcome.files.count < jobs.count {
                outcome.failure = FetchError.interrupted
            }
            return (outcome.files, outcome.failure)
        }
    }

    /// Files that may be under way before one has to end, for each keeps its task until then.
    ///
    /// More than may wait for their digests (`ProgressBoard`), so that some always go on.
    private static let tasksAtOnce = 128

    /// What came of the jobs so far.
    private struct Outcome {
        var files: [Int: FetchedFile] = [:]
        var failure: FetchError?

        mutating func take(_ completion: Completion) {
            switch completion.result {
            case .success(let file): files[completion.index] = file
            case .failure(let error):
                if failure == nil || failure?.kind == .cancelled { failure = error }
            }
        }
    }

    /// The jobs in the order in which the NAR has them, where that is known without having fetched any.
    private func order(_ plan: TreePlan?) -> [Int] {
        guard let plan, plan.named.isEmpty else { return Array(jobs.indices) }
        var places: [String: Int] = [:]
        for key in plan.tree([:]).downloads where places[key] == nil { places[key] = places.count }
        return jobs.indices.sorted { left, right in
            (places[jobs[left].key] ?? .max, left) < (places[jobs[right].key] ?? .max, right)
        }
    }

    /// What came of one job.
    private struct Completion: Sendable {
        let index: Int
        let result: Result<FetchedFile, FetchError>
    }

    private func complete(
        _ index: Int, _ board: ProgressBoard?, _ crew: TransferBatch, defersDigest: Bool
    ) async -> Completion {
        do throws(FetchError) {
            let download = FileDownload(
                context: context, request: jobs[index].request, translate: translate, board: board, crew: crew,
                index: index, defersDigest: defersDigest)
            return Completion(
                index: index, result: .success(try await download.complete(partials: workspace.partials)))
        } catch {
            return Completion(index: index, result: .failure(error))
        }
    }

    /// What earlier runs left of these files, as blocks on disk.
    private func bytesOnDisk() -> Int64 {
        jobs.reduce(0) { sum, job in
            var status = stat()
            guard fstatat(workspace.partials.root.number, job.key + ".part", &status, AT_SYMLINK_NOFOLLOW) == 0
            else { return sum }
            return sum + Int64(status.st_blocks) * 512
        }
    }
}
