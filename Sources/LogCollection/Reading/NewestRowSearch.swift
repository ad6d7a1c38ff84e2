/// Finds the second of a window's newest row where the server cannot serve that row: by counts, which it never refuses
/// (dify-logs-api §0b), in as many requests as the number of seconds has binary digits.
struct NewestRowSearch: Sendable {
    /// The window whose newest row is searched.
    let window: Window
    /// Whether the row after it cannot be served either.
    let isNextRefused: Bool
    /// How many rows are of the seconds in which the row may be; nil where no count told.
    private(set) var rows: Int64?
    /// The row is of one of the seconds from here to `last`.
    private var first: Int64
    private var last: Int64
    /// The latest second, which stands for all later ones where the window has no end, until a count has told that they are empty.
    private var latest: Int64
    private var isEndKnown: Bool
    /// Where the row is later still, so many seconds more are searched; each time twice as many.
    private var stride: Int64 = 64
    private var isBeyondClock = false
    /// So many of the latest seconds are looked at first.
    private var firstStep: Int64?

    /// - Parameters:
    ///   - first: the row is not older.
    ///   - now: where a window without an end is taken to end at first, in Unix seconds on the server's clock.
    ///   - rows: how many rows the window has, if it is known.
    ///   - spacing: how many seconds lie between such rows, as far as that is known.
    init(
        _ window: Window, from first: Int64, at now: Int64, rows: Int64? = nil, isNextRefused: Bool = false,
        spacing: Int64? = nil
    ) {
        self.window = window
        self.isNextRefused = isNextRefused
        self.rows = rows
        self.first = first
        latest = max(first, window.last ?? now)
        last = latest
        isEndKnown = window.last != nil
        firstStep = spacing.map { max(1, $0.multipliedSaturating(by: 2)) }
    }

    /// The row's second; nil while it is searched.
    var found: Int64? { first == last && !asksBeyond ? first : nil }

    /// Whether the seconds after the latest one are counted next.
    private var asksBeyond: Bool { !isEndKnown && (isBeyondClock || first == latest) }

    /// The search goes no further ahead: a server that still counts rows there counts them for any window.
    static let longestStride: Int64 = 1 << 40

    /// The first of the seconds whose rows are counted next.
    private var cut: Int64 {
        let width = last.subtractingSaturating(first)
        if let firstStep, firstStep <= width { return last - firstStep + 1 }
        return first + width / 2 + 1
    }

    var request: PageRequest {
        if asksBeyond { return .count(of: Window(first: latest.addingSaturating(1))) }
        return .count(of: Window(first: cut, last: last == latest ? window.last : last))
    }

    /// Takes the count of `request`.
    mutating func receive(total: Int64) {
        if asksBeyond { return receiveBeyond(total: total) }
        if total > 0 { (first, rows) = (cut, total) } else { last = cut - 1 }
        firstStep = nil
    }

    private mutating func receiveBeyond(total: Int64) {
        isEndKnown = total <= 0 || stride > Self.longestStride
        guard !isEndKnown else { return }
        isBeyondClock = true
        (first, rows) = (latest.addingSaturating(1), total)
        latest = latest.addingSaturating(stride)
        last = latest
        stride *= 2
    }
}
