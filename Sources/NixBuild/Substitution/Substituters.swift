import NixFetch
import NixFormats
import NixStore
import Synchronization

/// The binary caches that builds ask for store objects before they make them.
///
/// A cache is opened when it is first asked. What a cache answered is remembered, so that nothing is asked twice; a cache that
/// fails is not asked again.
package final class Substituters: Sendable {
    /// An object that a cache has.
    struct Offer: Sendable {
        /// The number of the cache in the settings.
        let source: Int
        let cache: BinaryCache
        let info: NARInfo
    }

    /// An object to ask for.
    struct Question: Sendable {
        let path: StorePath
        /// Whether the cache that nobody chose is asked too.
        var asksDefault = true
        /// Whether only an object counts that may be taken.
        var needsTrust = false
    }

    /// What came of a question, with what is to be said of it.
    private struct Answer: Sendable {
        var offer: Offer?
        var failure: StoreError?
        var messages: [BuildEvent] = []
    }

    private enum Opening: Sendable {
        case open(BinaryCache)
        case failed(String)
    }

    private struct State {
        var openings: [Int: Task<Opening, Never>] = [:]
        /// Caches whose failure was told.
        var told: Set<Int> = []
        /// Caches that are not asked any more.
        var disabled: Set<Int> = []
        /// What caches answered; nil for objects that they do not have, or that could not be fetched.
        var answers: [Int: [StorePath: NARInfo?]] = [:]
    }

    let options: SubstituterOptions
    private let policy: Result<SignaturePolicy, StoreError>
    private let storeDirectory: StoreDirectory
    private let services: BuildServices
    private let report: BuildReporter
    private let state = Mutex(State())
    /// Questions to all caches at once.
    private static let questionsAtOnce = 64

    init(
        _ options: SubstituterOptions, policy: Result<SignaturePolicy, StoreError>, storeDirectory: StoreDirectory,
        services: BuildServices, report: @escaping BuildReporter
    ) {
        self.options = options
        self.policy = policy
        self.storeDirectory = storeDirectory
        self.services = services
        self.report = report
    }

    /// The best offers for objects, by path.
    ///
    /// Caches are asked in the order of their priority until one has the object.
    ///
    /// - Throws: where the last cache that could have an object fails, unless builds fall back.
    func offers(
        _ questions: [Question], _ cancellation: Cancellation
    ) throws(BuildFailure) -> [StorePath: Offer] {
        guard !questions.isEmpty else { return [:] }
        let answers: [Answer]
        do throws(FetchError) {
            answers = try Blocking.run(cancellation) { [self] () async throws(FetchError) in await ask(questions) }
        } catch {
            throw error.kind == .cancelled ? .interrupted : BuildFailure(.miscellaneous, "\(error)")
        }
        if cancellation.isCancelled { throw .interrupted }
        var offers: [StorePath: Offer] = [:]
        for (question, answer) in zip(questions, answers) {
            for message in answer.messages { report(message) }
            if let failure = answer.failure { throw BuildFailure(.miscellaneous, failure.message) }
            if let offer = answer.offer { offers[question.path] = offer }
        }
        return offers
    }

    /// Takes note that an offer came to nothing: it is not made again.
    func withdraw(_ offer: Offer) { withdraw(offer.info.path, offer.source) }

    private func withdraw(_ path: StorePath, _ source: Int) {
        state.withLock { _ = $0.answers[source, default: [:]].updateValue(nil, forKey: path) }
    }

    // MARK: Asking

    private func ask(_ questions: [Question]) async -> [Answer] {
        await withTaskGroup(of: (Int, Answer).self) { group in
            var answers = [Answer](repeating: Answer(), count: questions.count)
            for (number, question) in questions.enumerated() {
                if number >= Self.questionsAtOnce, let (index, answer) = await group.next() { answers[index] = answer }
                group.addTask { (number, await self.answer(question)) }
            }
            for await (index, answer) in group { answers[index] = answer }
            return answers
        }
    }

    private func answer(_ question: Question) async -> Answer {
        var answer = Answer()
        for (source, cache) in await caches(asksDefault: question.asksDefault) {
            if let failure = answer.failure {
                answer.messages.append(.error(failure.message))
                answer.failure = nil
            }
            if state.withLock({ $0.disabled.contains(source) }) { continue }
            do throws(StoreError) {
                guard let info = try await info(question.path, source, cache) else { continue }
                if question.needsTrust, !cache.isTrusted, try !policy.get().accepts(info, in: storeDirectory) {
                    let printed = storeDirectory.print(question.path)
                    if info.contentAddress != nil, !info.isContentAddressed(store: storeDirectory) {
                        answer.messages.append(
                            .warning("path '\(printed)' claims to be content-addressed but isn't"))
                    }
                    answer.messages.append(
                        .warning(
                            "ignoring substitute for '\(printed)' from '\(cache.name)', as it's not signed by any of the keys in 'trusted-public-keys'"
                        ))
                    continue
                }
                answer.offer = Offer(source: source, cache: cache, info: info)
                return answer
            } catch {
                guard error.kind == .download else {
                    withdraw(question.path, source)
                    answer.failure = error
                    continue
                }
                // Several questions may have been under way: one of them tells.
                guard state.withLock({ $0.disabled.insert(source).inserted }) else { continue }
                answer.failure = error
                if options.fallsBack {
                    answer.messages.append(.note("disabling binary cache '\(cache.name)' for the rest of the run"))
                }
            }
        }
        if let failure = answer.failure, options.fallsBack {
            answer.messages.append(.error(failure.message))
            answer.failure = nil
        }
        return answer
    }

    private func info(_ path: StorePath, _ source: Int, _ cache: BinaryCache) async throws(StoreError) -> NARInfo? {
        if let known = state.withLock({ $0.answers[source]?[path] }) { return known }
        var info: NARInfo?
        do throws(StoreError) {
            info = try await cache.info(path)
        } catch {
            guard error.kind == .notValid else { throw error }
        }
        state.withLock { [info] in _ = $0.answers[source, default: [:]].updateValue(info, forKey: path) }
        return info
    }

    // MARK: Opening

    /// The caches that could be opened, those with the smallest number for their priority first.
    private func caches(asksDefault: Bool) async -> [(source: Int, cache: BinaryCache)] {
        var tasks: [(source: Int, opening: Task<Opening, Never>)] = []
        for (number, source) in options.sources.enumerated() where asksDefault || !source.isDefault {
            let task = state.withLock { state in
                if let task = state.openings[number] { return task }
                let task = Task { await self.open(source) }
                state.openings[number] = task
                return task
            }
            tasks.append((number, task))
        }
        var caches: [(source: Int, cache: BinaryCache)] = []
        for (source, task) in tasks {
            switch await task.value {
            case .open(let cache): caches.append((source, cache))
            case .failed(let message):
                if state.withLock({ $0.told.insert(source).inserted }) { report(.warning(message)) }
            }
        }
        return caches.sorted { ($0.cache.priority, $0.source) < ($1.cache.priority, $1.source) }
    }

    private func open(_ source: SubstituterOptions.Source) async -> Opening {
        let scheme = source.url.firstIndex(of: ":").map { String(source.url[..<$0]) }
        guard let scheme, ["http", "https", "file"].contains(scheme) else {
            let known = ["s3", "ssh", "ssh-ng", "local", "unix"]
            guard let scheme, !known.contains(scheme) else {
                return .failed("the substituter '\(source.url)' is not supported by this version of nixlite")
            }
            return .failed("don't know how to open Nix store with scheme '\(scheme)'")
        }
        // A machine without network should not be kept waiting.
        var opening = NetworkRequest()
        opening.noRetryOn = [.connectionTimeout, .connectionRefused, .nameLookup]
        opening.connectTimeout = Self.patience
        if source.isDefault { opening.maxAttempts = 1 }
        do throws(StoreError) {
            return .open(
                try await BinaryCache(
                    source.url, storeDirectory: storeDirectory, downloader: services.downloader, opening: opening,
                    observer: RetryObserver(name: source.url, report: report)))
        } catch {
            return .failed(error.message)
        }
    }

    /// Seconds until a cache must have taken its first connection.
    private static let patience = 5.0
}

/// Tells of questions that are asked again, and of nothing else.
private struct RetryObserver: FetchObserver {
    let name: String
    let report: BuildReporter

    func observe(_ event: FetchEvent) {
        guard case .retrying(let file, let reason, let delay) = event else { return }
        let line = reason.split(separator: "\n").first.map(String.init) ?? reason
        report(.retrying(name: file, file: file, reason: line, delay: delay))
    }
}
