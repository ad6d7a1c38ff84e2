// How many series an app's totals may have: label values that come with the data are let in up to a limit, and what was let in
// stays, for the totals are its list and outlive a restart.

extension RunTotals {
    /// Lets the operator's own reasons in, at 0, as long as there is room: a counter that appears at 1 would hide its first
    /// failure.
    mutating func admit(reasons: [String], seriesLimit: Int) {
        for reason in reasons where isAdmitted(reason: reason, seriesLimit: seriesLimit) {
            failures[reason, default: 0] += 0
        }
    }

    /// The key itself, or the one for all that have no room; the latter is always there.
    func admitted(_ key: OriginKey, seriesLimit: Int) -> OriginKey {
        guard byOrigin[key] == nil, openSeries >= seriesLimit else { return key }
        return OriginKey(status: key.status, origin: .other)
    }

    func isAdmitted(reason: String, seriesLimit: Int) -> Bool {
        FailureClassifier.builtInReasons.contains(reason) || failures[reason] != nil || openSeries < seriesLimit
    }

    /// The series whose label values are not fixed.
    private var openSeries: Int {
        byOrigin.count + failures.keys.count { !FailureClassifier.builtInReasons.contains($0) }
    }
}
