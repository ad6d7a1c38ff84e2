import Platform

/// When each place of the connection table is due. Looking for those that are costs nothing until the first may be.
struct Deadlines {
    private var deadlines: [MonotonicTime?] = []

    /// No deadline is earlier. It may be of one that has moved since; nil where there was none.
    private(set) var bound: MonotonicTime?

    /// How many places there are.
    var count: Int { deadlines.count }

    subscript(slot: Int) -> MonotonicTime? {
        get { deadlines[slot] }
        set {
            deadlines[slot] = newValue
            if let newValue { bound = min(bound ?? newValue, newValue) }
        }
    }

    /// Adds a place that is never due.
    mutating func addPlace() {
        deadlines.append(nil)
    }

    /// The first places that are due, as many as `limit`.
    mutating func due(at now: MonotonicTime, limit: Int) -> [Int] {
        guard let bound, bound <= now else { return [] }
        var due: [Int] = []
        var nearest: MonotonicTime?
        for (slot, deadline) in deadlines.enumerated() {
            guard let deadline else { continue }
            nearest = min(nearest ?? deadline, deadline)
            if deadline <= now, due.count < limit { due.append(slot) }
        }
        self.bound = nearest
        return due
    }
}
