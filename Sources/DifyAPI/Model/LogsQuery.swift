import CivilTime

/// A request for `GET /workflows/logs`: every parameter of the published contract, with what servers make of it
/// (dify-logs-api §1.3).
package struct LogsQuery: Hashable, Sendable {
    /// What rows must have in common, whatever the window.
    package var filter = Filter()
    /// Only logs created in this second or later (Unix seconds). Servers before 1.1.0 ignore both bounds.
    package var createdAtAfter: Int64?
    /// Only logs created in this second or earlier (Unix seconds).
    package var createdAtBefore: Int64?
    /// 1 to 99,999.
    package var page = 1
    /// Rows on a page, 1 to 100; more is refused by the server.
    package var limit = LogsQuery.maximumLimit

    package static let maximumLimit = 100
    package static let maximumPage = 99_999

    package init(
        filter: Filter = Filter(), createdAtAfter: Int64? = nil, createdAtBefore: Int64? = nil, page: Int = 1,
        limit: Int = LogsQuery.maximumLimit
    ) {
        self.filter = filter
        self.createdAtAfter = createdAtAfter
        self.createdAtBefore = createdAtBefore
        self.page = page
        self.limit = limit
    }

    package struct Filter: Hashable, Sendable {
        /// Searched for in inputs, outputs and session ids, cut to 30 characters by the server; a full-text scan.
        package var keyword: String?
        /// Hides a run until it ends, so nothing that counts by windows of time may use it.
        package var status: Status?
        /// Exact and case-sensitive. Servers before 1.5.0 ignore it, and together with `keyword` 1.13 answers 500.
        package var createdByEndUserSessionID: String?
        /// An e-mail address, although the contract speaks of an id.
        package var createdByAccount: String?

        package init(
            keyword: String? = nil, status: Status? = nil, createdByEndUserSessionID: String? = nil,
            createdByAccount: String? = nil
        ) {
            self.keyword = keyword
            self.status = status
            self.createdByEndUserSessionID = createdByEndUserSessionID
            self.createdByAccount = createdByAccount
        }
    }

    /// The three statuses that the server lets a client ask for.
    package enum Status: String, CaseIterable, Hashable, Sendable {
        case succeeded, failed, stopped
    }

    /// Whether a log of that second lies within the bounds, which are inclusive.
    func includes(second: Int64) -> Bool {
        second >= createdAtAfter ?? .min && second <= createdAtBefore ?? .max
    }

    var parameters: [(name: String, value: String)] {
        let optional: [(name: String, value: String?)] = [
            ("keyword", filter.keyword),
            ("status", filter.status?.rawValue),
            ("created_at__before", createdAtBefore.map(UnixTime.iso8601(second:))),
            ("created_at__after", createdAtAfter.map(UnixTime.iso8601(second:))),
            ("created_by_end_user_session_id", filter.createdByEndUserSessionID),
            ("created_by_account", filter.createdByAccount),
            ("page", String(page)),
            ("limit", String(limit)),
        ]
        return optional.compactMap { parameter in parameter.value.map { (parameter.name, $0) } }
    }
}
