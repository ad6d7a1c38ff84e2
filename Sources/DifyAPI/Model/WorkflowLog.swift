/// A row of the list: the log that Dify writes when a run starts (since 1.11) or ends (before).
///
/// Fields as in dify-logs-api §3.1; what an older or newer server leaves out is nil.
package struct WorkflowLog: Equatable, Sendable {
    /// A random UUID, so its order says nothing about time.
    package var id: WrittenID
    /// Nil when the run is not written yet, or was deleted before its log.
    package var run: WorkflowRun?
    /// One of `knownOrigins`, or a word of a later version.
    package var createdFrom: String?
    private var creator = Creator.unknown
    /// Unix seconds on the database's clock, rounded to the nearest. Never changes.
    package var createdAt: Int64
    /// What of this row and its run was odd when it was read.
    package var oddValues: [OddValue] = []

    package init(
        id: String, run: WorkflowRun?, createdFrom: String? = nil, createdByRole: String? = nil,
        createdByAccount: Account? = nil, createdByEndUser: EndUser? = nil, createdAt: Int64
    ) {
        self.id = WrittenID(id)
        self.run = run
        self.createdFrom = createdFrom
        self.createdAt = createdAt
        creator = Creator(role: createdByRole, account: createdByAccount, endUser: createdByEndUser)
    }

    /// `account` or `end_user`.
    package var createdByRole: String? {
        get { creator.parts.role }
        set { creator.parts.role = newValue }
    }

    package var createdByAccount: Account? {
        get { creator.parts.account }
        set { creator.parts.account = newValue }
    }

    package var createdByEndUser: EndUser? {
        get { creator.parts.endUser }
        set { creator.parts.endUser = newValue }
    }

    /// Who started the run, apart from the row: rows that are counted do not know, and are copied the sooner.
    private indirect enum Creator: Equatable, Sendable {
        case unknown
        case known(role: String?, account: Account?, endUser: EndUser?)

        init(role: String?, account: Account?, endUser: EndUser?) {
            let isUnknown = role == nil && account == nil && endUser == nil
            self = isUnknown ? .unknown : .known(role: role, account: account, endUser: endUser)
        }

        var parts: (role: String?, account: Account?, endUser: EndUser?) {
            get {
                switch self {
                case .unknown: (nil, nil, nil)
                case .known(let role, let account, let endUser): (role, account, endUser)
                }
            }
            set { self = Creator(role: newValue.role, account: newValue.account, endUser: newValue.endUser) }
        }
    }

    package struct Account: Equatable, Sendable {
        package var id: String?
        package var name: String?
        package var email: String?

        package init(id: String?, name: String?, email: String?) {
            (self.id, self.name, self.email) = (id, name, email)
        }
    }

    package struct EndUser: Equatable, Sendable {
        package var id: String?
        package var type: String?
        package var isAnonymous: Bool?
        /// Whatever the caller sent as `user`: personal data.
        package var sessionID: String?

        package init(id: String?, type: String?, isAnonymous: Bool?, sessionID: String?) {
            (self.id, self.type, self.isAnonymous, self.sessionID) = (id, type, isAnonymous, sessionID)
        }
    }
}

/// The execution that a log points to, looked up anew for each answer: everything but its id may change from one
/// answer to the next.
package struct WorkflowRun: Equatable, Sendable {
    package var id: WrittenID?
    /// The time at which the workflow was published, as text.
    package var version: String?
    package var status: RunStatus?
    /// One of `knownTriggers`, of which this list has `app-run`, `webhook`, `schedule` and `plugin`; absent before 1.10.0.
    package var triggeredFrom: String?
    /// The beginning of a text that may hold user data.
    package var error: String?
    /// Seconds within `plausibleSpan`; 0 while the run has not ended.
    package var elapsedTime: Double?
    package var totalTokens: Int64?
    package var totalSteps: Int64?
    /// Absent before 0.14.0.
    package var exceptionsCount: Int64?
    /// Unix seconds; a resume overwrites it in 1.13.0.
    package var createdAt: Int64?
    package var finishedAt: Int64?

    package init(
        id: String?, version: String? = nil, status: RunStatus?, triggeredFrom: String? = nil, error: String? = nil,
        elapsedTime: Double? = nil, totalTokens: Int64? = nil, totalSteps: Int64? = nil, exceptionsCount: Int64? = nil,
        createdAt: Int64? = nil, finishedAt: Int64? = nil
    ) {
        self.id = id.map { WrittenID($0) }
        self.version = version
        self.status = status
        self.triggeredFrom = triggeredFrom
        self.error = error
        self.elapsedTime = elapsedTime
        self.totalTokens = totalTokens
        self.totalSteps = totalSteps
        self.exceptionsCount = exceptionsCount
        self.createdAt = createdAt
        self.finishedAt = finishedAt
    }
}

/// What has become of a run (dify-logs-api §3.3).
package enum RunStatus: Hashable, Sendable {
    case running, paused, scheduled
    case succeeded, failed, stopped, partialSucceeded
    /// A status that came after the versions this was written for.
    case unknown(String)

    package init(_ name: String) {
        switch name {
        case "running": self = .running
        case "paused": self = .paused
        case "scheduled": self = .scheduled
        case "succeeded": self = .succeeded
        case "failed": self = .failed
        case "stopped": self = .stopped
        case "partial-succeeded": self = .partialSucceeded
        default: self = .unknown(name)
        }
    }

    /// The word that Dify uses.
    package var name: String {
        switch self {
        case .running: "running"
        case .paused: "paused"
        case .scheduled: "scheduled"
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .stopped: "stopped"
        case .partialSucceeded: "partial-succeeded"
        case .unknown(let name): name
        }
    }

    private static let named: [RunStatus] = [
        .running, .paused, .scheduled, .succeeded, .failed, .stopped, .partialSucceeded,
    ]

    static let knownNames = KnownWords(named.map(\.name))
}
