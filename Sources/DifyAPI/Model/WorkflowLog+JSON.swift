import JSON

extension WorkflowLog {
    /// Writes the log as the published contract shapes it, with null for what the server did not tell.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", id.text)
            writer.key("workflow_run")
            if let run { run.write(to: &writer) } else { writer.null() }
            writer.member("created_from", createdFrom)
            writer.member("created_by_role", createdByRole)
            writer.key("created_by_account")
            if let account = createdByAccount {
                writer.object { writer in
                    writer.member("id", account.id)
                    writer.member("name", account.name)
                    writer.member("email", account.email)
                }
            } else {
                writer.null()
            }
            writer.key("created_by_end_user")
            if let user = createdByEndUser {
                writer.object { writer in
                    writer.member("id", user.id)
                    writer.member("type", user.type)
                    writer.member("is_anonymous", user.isAnonymous ?? false)
                    writer.member("session_id", user.sessionID)
                }
            } else {
                writer.null()
            }
            writer.member("created_at", createdAt)
        }
    }
}

extension WorkflowRun {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", id?.text)
            writer.member("version", version)
            writer.member("status", status?.name)
            writer.member("triggered_from", triggeredFrom)
            writer.member("error", error)
            writer.member("elapsed_time", elapsedTime)
            writer.member("total_tokens", totalTokens)
            writer.member("total_steps", totalSteps)
            writer.member("created_at", createdAt)
            writer.member("finished_at", finishedAt)
            writer.member("exceptions_count", exceptionsCount)
        }
    }
}
