import DifyAPI

/// A forward read whose requests reach further back than it reads: each brings the newest rows, and the server's count of all rows
/// from `first` on. If the count is that of the rows that are known, no row is missing before the read either.
///
/// The server counts first, and selects the rows by another statement (dify-logs-api §2). So a row of the answer that is younger
/// than the request may be missing in the count, and hide a late row that the count has and the answer has not.
struct CountedReading: Equatable, Sendable {
    /// Where the counted window begins, before that of the read.
    let first: Int64
    /// How many rows are known between there and the read.
    let known: Int
    /// How many rows the next request asks for, from 1 to 100.
    private(set) var rows: Int

    init(first: Int64, known: Int, rows: Int) {
        (self.first, self.known) = (first, known)
        self.rows = min(max(rows, 1), LogsQuery.maximumLimit)
    }

    /// Asks for what the count says is left of the read, once `read` rows of it need not be asked for any more, and for one row before it.
    mutating func goOn(total: Int64, read: Int) {
        let left = total.subtractingSaturating(Int64(known)).subtractingSaturating(Int64(read))
        rows = Int(min(max(left.addingSaturating(1), 1), Int64(LogsQuery.maximumLimit)))
    }

    /// How a count and the known rows of the same window agree.
    enum Agreement: Equatable {
        /// No row is missing.
        case exact
        /// None is missing, unless as many rows came between count and answer.
        case likely
    }

    /// `young` of the known rows may have become visible since the count. Nil if rows are missing, or too many are known.
    static func agreement(total: Int64, known: Int, young: Int) -> Agreement? {
        let difference = Int64(known).subtractingSaturating(total)
        guard difference >= 0, difference <= young else { return nil }
        return young == 0 ? .exact : .likely
    }
}
