import DifyAPI

/// Reads every log of a window from a list that moves while it is read, without ever relying on offsets where time can
/// be cut instead.
///
/// The list is ordered by second, newest first, and ties are ordered anew for each answer (dify-logs-api §2). So one
/// answer is exact for every second but the oldest on a full page: what remains is the window up to that second. Only
/// when a single second fills a page are offset pages needed; `CrowdedSecondReader` sees to that.
struct WindowReader: Sendable {
    enum Progress: Equatable {
        case reading
        case complete
        /// These seconds hold rows that could not be found; everything else is complete.
        case incomplete(seconds: [Int64])
    }

    /// The whole window.
    let window: Window
    /// Every log that was in an answer.
    private(set) var seen: Set<LogID> = []
    /// Enough to end early: when all of these have been seen. Nil means that only the whole window is enough.
    private let wanted: Set<LogID>?
    private let cutsByTime: Bool
    private var rest: Rest
    private var unreadable: [Int64] = []
    private var inconsistentAnswers = 0

    private enum Rest: Sendable {
        case span(Window)
        /// The offset page that comes next, where cutting by time is switched off.
        case page(Int, of: Window)
        /// A crowded second, and the span below it that comes next.
        case second(CrowdedSecondReader, then: Window)
        case nothing
    }

    /// How often an answer may hold fewer rows than its own count before the window is left open.
    private static let inconsistentAnswersLimit = 3

    init(_ window: Window, wanted: Set<LogID>? = nil, cutsByTime: Bool = true) {
        self.window = window
        self.cutsByTime = cutsByTime
        self.wanted = wanted
        rest = .span(window)
    }

    /// Whether every row of the window was in an answer, so that what was in none is gone.
    private(set) var isWhole = false

    /// What to ask next; stays the same until the answer is received. Nil when the window has been read.
    var request: PageRequest? {
        switch rest {
        case .span(let window): PageRequest(window: window)
        case .page(let page, let window): PageRequest(window: window, page: page)
        case .second(let reader, _): reader.request
        case .nothing: nil
        }
    }

    /// Takes the answer to `request`.
    mutating func receive(_ page: LogPage) -> Progress {
        let ids = page.logs.map { LogID($0.id) }
        seen.formUnion(ids)
        switch rest {
        case .span(let span) where cutsByTime: continueAfter(page, of: span)
        case .span(let span): turnPage(after: 1, page, of: span)
        case .page(let number, let span): turnPage(after: number, page, of: span)
        case .second(var reader, let next):
            switch reader.receive(ids, page) {
            case .reading: rest = .second(reader, then: next)
            case .complete: proceed(to: next)
            case .incomplete(let seconds):
                unreadable += seconds
                proceed(to: next)
            }
        case .nothing: break
        }
        if case .nothing = rest {
            isWhole = unreadable.isEmpty
            return isWhole ? .complete : .incomplete(seconds: unreadable)
        }
        guard let wanted, wanted.isSubset(of: seen) else { return .reading }
        rest = .nothing
        return .complete
    }

    private mutating func continueAfter(_ page: LogPage, of span: Window) {
        let rows = page.logs
        guard page.rowCount >= LogsQuery.maximumLimit, let oldest = rows.map(\.createdAt).min(),
            let newest = rows.map(\.createdAt).max()
        else {
            // The select returned less than a page, so it held all there was; the count, made just before, agrees
            // unless rows vanished in between.
            if Int64(page.rowCount) >= page.total {
                rest = .nothing
            } else {
                inconsistentAnswers += 1
                guard inconsistentAnswers >= Self.inconsistentAnswersLimit else { return }
                unreadable.append(span.first)
                rest = .nothing
            }
            return
        }
        if newest == oldest || span.isSingleSecond {
            let below = Window(first: span.first, last: oldest - 1)
            rest = .second(CrowdedSecondReader(second: oldest), then: below)
        } else {
            rest = .span(Window(first: span.first, last: oldest))
        }
    }

    private mutating func turnPage(after number: Int, _ page: LogPage, of span: Window) {
        rest = page.hasMore && number < LogsQuery.maximumPage ? .page(number + 1, of: span) : .nothing
    }

    private mutating func proceed(to next: Window) {
        rest = next.isEmpty ? .nothing : .span(next)
    }
}
