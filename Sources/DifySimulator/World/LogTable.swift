import CivilTime

/// The rows of one app that a reader can see, in the order of their seconds, so that a window is found without looking at
/// the rest. Real servers have no such index (dify-logs-api §9); their cost is modelled by `RequestCost`.
struct LogTable: Sendable {
    /// A log's second and the place of its run among the app's runs.
    struct Row: Comparable, Sendable {
        let second: Int64
        let ordinal: Int

        static func < (left: Row, right: Row) -> Bool {
            (left.second, left.ordinal) < (right.second, right.ordinal)
        }
    }

    /// Oldest first.
    private(set) var rows: [Row] = []

    mutating func insert(_ row: Row) {
        rows.insert(row, at: firstIndex { $0 >= row })
    }

    mutating func insert(contentsOf more: [Row]) {
        rows.append(contentsOf: more)
        rows.sort()
    }

    mutating func removeAll(where isRemoved: (Row) -> Bool) {
        rows.removeAll(where: isRemoved)
    }

    /// The rows from second `after` to second `before`, which both belong to the window (dify-logs-api §1.3).
    func rows(after: Int64, before: Int64) -> ArraySlice<Row> {
        let first = firstIndex { $0.second >= after }
        return rows[first..<max(first, firstIndex { $0.second > before })]
    }

    /// The first row of which something is true that is true of all later ones as well.
    private func firstIndex(where isLater: (Row) -> Bool) -> Int {
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if isLater(rows[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension ArraySlice<LogTable.Row> {
    /// One page, newest first. Rows of the same second have no order of their own, so each request puts them into another
    /// one, and pages of the same window need not fit together (dify-logs-api §2).
    func page(skipping skipped: Int, limit: Int, using random: inout SeededRandom) -> [LogTable.Row] {
        var page: [LogTable.Row] = []
        page.reserveCapacity(Swift.min(limit, count))
        var passed = endIndex - skipped
        while passed > startIndex, page.count < limit {
            let group = groupIndices(around: passed - 1)
            var rows = Array(self[group])
            random.shuffle(&rows)
            page.append(contentsOf: rows.dropFirst(group.upperBound - passed).prefix(limit - page.count))
            passed = group.lowerBound
        }
        return page
    }

    /// The rows of the same second as the one at `index`.
    private func groupIndices(around index: Int) -> Range<Int> {
        let second = self[index].second
        var (lower, upper) = (index, index + 1)
        while lower > startIndex, self[lower - 1].second == second { lower -= 1 }
        while upper < endIndex, self[upper].second == second { upper += 1 }
        return lower..<upper
    }
}
