import Bytes

/// Why Dify refuses a request that reached it, as far as it says: each wants another remedy (dify-logs-api §0b, §1.2, §1.3).
package enum Refusal: CaseIterable, Hashable, Sendable {
    /// 401: there was no key in the request, or it was not introduced by `Bearer`. This client always sends both, so something on
    /// the way has taken them out.
    case keyDidNotArrive
    /// 401: the workspace has no owner, or is not active. The key is known.
    case workspaceWithoutOwner
    /// 403.
    case workspaceArchived
    /// 400: the workspace's row is gone.
    case workspaceGone
    /// 403.
    case appGone
    /// 403, and 400 since 1.15.0: the app was taken out of service.
    case appAbnormal
    /// 403: switched off in the app's settings.
    case apiAccessOff
    /// 400: no workflow logs for apps of this mode.
    case notWorkflowApp
    /// 400: no member of the workspace has the e-mail that is filtered by.
    case unknownAccount
    /// 400 to a request with a filter, for a reason that is none of the others.
    case filter
}

extension Refusal {
    /// What an answer's status, its code and its words come to; nil where they tell nothing in particular. `message` is looked at
    /// for a part of it, for a proxy or a later version may say more.
    init?(status: Int, code: String?, message: String, hasFilter: Bool) {
        func says(_ phrase: String) -> Bool { message.lowercased().hasOccurrence(of: phrase) }
        switch status {
        case 401 where says("authorization header must be provided") || says("authorization scheme must be"):
            self = .keyDidNotArrive
        case 401 where says("tenant owner account not found") || says("tenant is not active"):
            self = .workspaceWithoutOwner
        case 403 where says("workspace's status is archived"): self = .workspaceArchived
        case 403 where says("app no longer exists"): self = .appGone
        case 403 where says("app's status is abnormal"): self = .appAbnormal
        case 403 where says("api service has been disabled"): self = .apiAccessOff
        case 400 where code == "not_workflow_app": self = .notWorkflowApp
        case 400 where says("tenant does not exist"): self = .workspaceGone
        case 400 where says("is not a valid appstatus"): self = .appAbnormal
        case 400 where says("account not found"): self = .unknownAccount
        // Rows that Dify cannot write into its answer are no fault of the request's.
        case 400 where says("workflowapplogpaginationresponse"): return nil
        case 400 where hasFilter: self = .filter
        default: return nil
        }
    }
}
