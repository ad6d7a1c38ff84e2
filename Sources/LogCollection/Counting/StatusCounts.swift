/// How many runs ended in each way, without memory of its own.
struct StatusCounts: Hashable, Sendable {
    private var succeeded: UInt64 = 0
    private var failed: UInt64 = 0
    private var stopped: UInt64 = 0
    private var partialSucceeded: UInt64 = 0
    private var other: UInt64 = 0

    subscript(status: FinalStatus) -> UInt64 {
        get {
            switch status {
            case .succeeded: succeeded
            case .failed: failed
            case .stopped: stopped
            case .partialSucceeded: partialSucceeded
            case .other: other
            }
        }
        set {
            switch status {
            case .succeeded: succeeded = newValue
            case .failed: failed = newValue
            case .stopped: stopped = newValue
            case .partialSucceeded: partialSucceeded = newValue
            case .other: other = newValue
            }
        }
    }

    /// Those that are above 0.
    var byStatus: [FinalStatus: UInt64] {
        var counts: [FinalStatus: UInt64] = [:]
        for status in FinalStatus.allCases where self[status] > 0 { counts[status] = self[status] }
        return counts
    }
}
