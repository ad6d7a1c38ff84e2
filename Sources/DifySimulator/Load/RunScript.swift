import DifyAPI

/// What is going to happen to a run, told relative to its start. The load writes scripts by the thousand, a test one by one.
package struct RunScript: Sendable {
    /// How it ends.
    package var status: RunStatus = .succeeded
    /// Time at work, pauses not counted; to the microsecond.
    package var duration: Duration = .seconds(3)
    package var tokens: Int64 = 100
    /// Nil is a null in the database, which is not the same as 0.
    package var steps: Int64? = 3
    package var exceptions: Int64? = 0
    package var error: ErrorText?
    /// What kind of failure the error tells of; nil for runs that do not fail.
    package var failure: FailureKind?
    package var life: Life = .ordinary
    package var origin: Origin = .api
    package var creator: Creator = .endUser(.init(sessionID: "DEFAULT-USER"))
    /// What the keyword filter finds besides the session.
    package var inputs = ""
    /// What a broken server writes in the place of some numbers, if the run is an ordinary one.
    package var oddNumbers: OddNumbers?
    /// Whether the log is one that a server since 1.15 cannot serve: its end user has a type of old (dify-logs-api §0b).
    package var isPoisoned = false
    /// From the moment that stamps the log until others can read it.
    package var rowDelay: Duration = .zero
    /// Whether a log is written at all; a client that closes its stream loses it before 1.11 (dify-logs-api §4.1).
    package var isLogged = true
    /// From the start until the log's `workflow_run` is more than null; nil for one that is null for ever.
    package var runDelay: Duration? = .zero

    package init(status: RunStatus = .succeeded, duration: Duration = .seconds(3), life: Life = .ordinary) {
        self.status = status
        self.duration = duration
        self.life = life
    }

    /// The courses that a run can take (dify-logs-api §4).
    package enum Life: Sendable {
        /// `running`, and then its end.
        case ordinary
        /// `running` for ever: its worker was killed.
        case stuck
        /// Works for `after`, waits for a human for `wait`, and works on.
        case paused(after: Duration, wait: Duration)
        /// Works for `after`, waits for a human who never comes, and is stopped after `wait`.
        case expires(after: Duration, wait: Duration)
        /// Ends, is `running` again `after` a while because writes overtook each other, and ends once more a `span` later.
        case flipsBack(after: Duration, span: Duration)
        /// Written by the trigger itself when it could not start a run: ended from the first, under an older time.
        case stillborn
    }

    /// A failed run that a plugin trigger records up to ten minutes late (dify-logs-api §4.1, §4.4).
    package static func pluginFailure(after delay: Duration) -> RunScript {
        var script = RunScript(status: .failed, duration: .zero, life: .stillborn)
        (script.tokens, script.steps) = (0, 0)
        (script.failure, script.error) = (.other, ErrorText("Failed to invoke trigger: plugin daemon error"))
        script.origin = .plugin
        script.creator = .endUser(.init(sessionID: "trigger", kind: .trigger))
        script.rowDelay = delay
        return script
    }
}
