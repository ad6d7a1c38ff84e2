import CivilTime

/// One app's totals as they were at moments of the past: each run is in progress from its log on, and counts when it ended,
/// whenever it was read.
///
/// It is told of changes in any order, as long as they are of the future: what comes too late counts at the next moment. Two
/// timelines that were told the same are equal at each moment, whatever the order. What it holds are the runs that were in
/// progress at its moment, and those that it was told of and that come later.
struct Timeline: Hashable, Sendable {
    private(set) var totals: RunTotals
    private(set) var failureStreak = FailureStreak()
    /// The runs in progress.
    private(set) var open: [LogID: UnfinishedRun] = [:]
    /// Samples that went to the label value `other` for want of room.
    private(set) var divertedSamples: UInt64 = 0
    /// Everything up to this second has happened (Unix seconds on the server's clock).
    private(set) var moment: Int64
    private(set) var events = EventQueue()
    /// When unfinished runs that were told of began.
    private(set) var begins: [LogID: Int64] = [:]
    private let giveUpAfter: Int64
    private let seriesLimit: Int

    /// Counting begins with nothing at `start`, Unix seconds.
    init(from start: Int64, settings: CollectionSettings) {
        moment = start - 1
        totals = RunTotals(buckets: settings.buckets, at: UnixTime(seconds: start))
        totals.adopt(settings, at: UnixTime(seconds: start))
        giveUpAfter = settings.giveUpAfter.wholeSeconds
        seriesLimit = settings.seriesLimit
    }

    /// A timeline from its parts, as they were written down.
    init(
        moment: Int64, totals: RunTotals, failureStreak: FailureStreak, divertedSamples: UInt64,
        open: [(LogID, UnfinishedRun)],
        begins: [(LogID, Int64)], events: [Event], settings: CollectionSettings
    ) {
        (self.moment, self.totals, self.failureStreak) = (moment, totals, failureStreak)
        self.divertedSamples = divertedSamples
        self.open = Dictionary(open) { first, _ in first }
        self.begins = Dictionary(begins) { first, _ in first }
        for event in events { self.events.push(event) }
        giveUpAfter = settings.giveUpAfter.wholeSeconds
        seriesLimit = settings.seriesLimit
    }

    /// Takes a change in. `now` is when it was noticed (Unix seconds on the server's clock).
    mutating func take(_ change: RunChange, at now: Int64) {
        switch change {
        case .began(let id, let run):
            begins[id] = run.second
            events.push(Event(second: run.second, id: id, kind: .begin(run)))
        case .ended(let id, let second, let counted):
            let hasBegun = begins.removeValue(forKey: id) != nil
            let end = max(counted.end, second)
            if !hasBegun, end > second {
                let run = UnfinishedRun(second: second, runID: counted.run.id?.text, status: .running, nextLook: 0)
                events.push(Event(second: second, id: id, kind: .begin(run)))
            }
            events.push(Event(second: end, id: id, kind: .end(counted)))
        case .abandoned(let id, let reason):
            let begin = begins.removeValue(forKey: id) ?? now
            let second = reason == .expired ? begin.addingSaturating(giveUpAfter + 1) : max(begin, now)
            events.push(Event(second: second, id: id, kind: .abandon(reason)))
        }
    }

    /// Lets everything happen up to and including a second.
    mutating func advance(to second: Int64) {
        while let event = events.pop(through: second) {
            switch event.kind {
            case .begin(let run): open[event.id] = run
            case .end(let counted):
                open[event.id] = nil
                failureStreak.note(counted.run.status, endedAt: counted.end)
                divertedSamples += totals.count(counted, seriesLimit: seriesLimit)
            case .abandon(let reason):
                open[event.id] = nil
                totals.abandon(reason)
            }
        }
        moment = max(moment, second)
    }

    /// What happens to a run at a second.
    struct Event: Hashable, Sendable {
        let second: Int64
        let id: LogID
        let kind: Kind

        enum Kind: Hashable, Sendable {
            case begin(UnfinishedRun)
            case end(CountedRun)
            case abandon(RunTotals.AbandonReason)

            fileprivate var rank: Int {
                switch self {
                case .begin: 0
                case .end: 1
                case .abandon: 2
                }
            }
        }

        /// A total order, so that what happens in one second happens in the same order each time.
        fileprivate func comes(before other: Event) -> Bool {
            (second, kind.rank, id.high, id.low) < (other.second, other.kind.rank, other.id.high, other.id.low)
        }
    }

    /// What is still to happen, the earliest first: a binary heap.
    struct EventQueue: Hashable, Sendable {
        private var heap: [Event] = []

        init() {}

        /// All of it, the earliest first.
        var inOrder: [Event] { heap.sorted { $0.comes(before: $1) } }

        fileprivate mutating func push(_ event: Event) {
            heap.append(event)
            var place = heap.count - 1
            while place > 0, heap[place].comes(before: heap[(place - 1) / 2]) {
                heap.swapAt(place, (place - 1) / 2)
                place = (place - 1) / 2
            }
        }

        /// Takes the earliest event, if it is not later than `second`.
        fileprivate mutating func pop(through second: Int64) -> Event? {
            guard let first = heap.first, first.second <= second else { return nil }
            heap.swapAt(0, heap.count - 1)
            heap.removeLast()
            var place = 0
            while true {
                let children = (2 * place + 1..<2 * place + 3).clamped(to: 0..<heap.count)
                let earliest = children.min { heap[$0].comes(before: heap[$1]) }
                guard let earliest, heap[earliest].comes(before: heap[place]) else { return first }
                heap.swapAt(place, earliest)
                place = earliest
            }
        }
    }
}
