/// What became of a run while the list was read, in the order in which it was read, which is not that in which runs ended.
enum RunChange: Hashable, Sendable {
    /// Seen for the first time, and not finished.
    case began(LogID, UnfinishedRun)
    /// Seen in an end state, for the first time. `second` is the log's created_at, Unix seconds.
    case ended(LogID, second: Int64, CountedRun)
    /// No longer waited for.
    case abandoned(LogID, RunTotals.AbandonReason)
}
