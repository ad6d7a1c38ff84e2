import HTTPEndpoint
import Metrics
import Platform

/// Makes each page once for all who ask for it at the same moment, and few pages at once: a flood of requests costs no
/// more processor time or memory than a few scrapes. Of a long page that is not compressed only the plan is made once: the endpoint puts
/// the bytes together while it sends them, and again for each reader that is at another place.
///
/// A page is never older than what was known when the request came: whoever asks names the version that it is to show.
/// Only what changes all the time, such as the process' own processor time, may be a moment old, or two while it is made anew.
actor SharedPages {
    /// What tells one page from another that is made from the same state.
    struct Key: Hashable, Sendable {
        var content: Content
        var isCompressed: Bool

        enum Content: Hashable, Sendable {
            /// `apps` are the names of those it is narrowed to; nil for all.
            case metrics(ExpositionFormat, ExpositionFormat.EscapingScheme?, apps: [String]?)
            case status
            case appsDocument
        }

        /// The pages that monitoring lives on are made before narrowed ones, of which there are too many to share.
        fileprivate var isUrgent: Bool {
            if case .metrics(_, _, apps: .none) = content { true } else { false }
        }
    }

    /// Names the state that a page is made from: what is equal makes equal pages.
    struct Version: Hashable, Sendable {
        var generation: Int
        var reload: ReloadStatus
        var folder = AppsFolderStatus.none
        var throttled: [Duration] = []

        /// For pages that tell how long ago something was.
        var second: Int64?
    }

    private struct Page {
        let version: Version
        let response: Task<HTTPResponse, Never>

        /// Nil while it is being made.
        var finished: ContinuousClock.Instant?
    }

    /// How long a page is shared once it is made.
    static let moment = Duration.milliseconds(100)
    private static let atOnce = 2

    /// A page that is finished, for those who cannot wait until this actor has time for them.
    private struct Ready: Sendable {
        let generation: Int
        let response: HTTPResponse
        let until: ContinuousClock.Instant

        /// Whether somebody has asked after that time, and so has it made anew.
        var isRenewed = false
    }

    private let ready = Locked<[Key: Ready]>([:])
    private let now: @Sendable () -> ContinuousClock.Instant
    private var pages: [Key: Page] = [:]
    private var freePlaces = SharedPages.atOnce
    private var waiting: [(isUrgent: Bool, continuation: CheckedContinuation<Void, Never>)] = []

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
    }

    /// How many pages wait to be made.
    var waitingCount: Int { waiting.count }

    /// The page where it was made a moment ago and the state is still of that generation. Who asks first after that moment gets
    /// nil, and has it made anew; for one moment more, the others need not wait until it is.
    nonisolated func readyPage(_ key: Key, generation: Int) -> HTTPResponse? {
        let now = now()
        return ready.withLock { ready in
            guard let page = ready[key], page.generation == generation else { return nil }
            if page.until <= now {
                guard page.isRenewed, now < page.until + Self.moment else {
                    ready[key]?.isRenewed = true
                    return nil
                }
            }
            return page.response
        }
    }

    /// The page, made by `make` unless one of the same version is being made, or was a moment ago.
    ///
    /// What makes it is not cancelled with the request that began it: others may wait for it.
    func page(
        _ key: Key, _ version: Version, make: @escaping @Sendable () async -> HTTPResponse
    ) async -> HTTPResponse {
        if let page = pages[key], page.version == version, isShared(page) { return await page.response.value }
        let response = Task { await self.made(key.isUrgent, make) }
        pages[key] = Page(version: version, response: response)
        let result = await response.value
        if pages[key]?.response == response {
            let finished = now()
            pages[key]?.finished = finished
            ready.withLock {
                $0[key] = Ready(generation: version.generation, response: result, until: finished + Self.moment)
            }
            forgetLater(key, response)
        }
        return result
    }

    private func isShared(_ page: Page) -> Bool {
        guard let finished = page.finished else { return true }
        return finished + Self.moment > now()
    }

    private func made(_ isUrgent: Bool, _ make: @Sendable () async -> HTTPResponse) async -> HTTPResponse {
        await takePlace(isUrgent)
        defer { givePlace() }
        return await make()
    }

    private func takePlace(_ isUrgent: Bool) async {
        guard freePlaces == 0 else {
            freePlaces -= 1
            return
        }
        await withCheckedContinuation { waiting.append((isUrgent, $0)) }
    }

    private func givePlace() {
        guard let next = waiting.firstIndex(where: \.isUrgent) ?? waiting.indices.first else {
            freePlaces += 1
            return
        }
        waiting.remove(at: next).continuation.resume()
    }

    /// A page that nobody asks for any more is not kept.
    private func forgetLater(_ key: Key, _ response: Task<HTTPResponse, Never>) {
        Task {
            // Nobody cancels this task.
            try? await Task.sleep(for: Self.moment * 2)
            guard pages[key]?.response == response else { return }
            pages[key] = nil
            ready.withLock { $0[key] = nil }
        }
    }
}
