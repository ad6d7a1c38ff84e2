/// Where a run came from, in the words of its log (dify-logs-api §3.3).
package struct Origin: Hashable, Sendable {
    /// `service-api`, `web-app`, `installed-app` or `openapi`.
    package var createdFrom: String
    /// `app-run`, `webhook`, `schedule` or `plugin`.
    package var triggeredFrom: String

    package init(createdFrom: String, triggeredFrom: String = "app-run") {
        self.createdFrom = createdFrom
        self.triggeredFrom = triggeredFrom
    }

    package static let api = Origin(createdFrom: "service-api")
    package static let webApp = Origin(createdFrom: "web-app")
    /// Since 1.15.0; before, such runs say `service-api`.
    package static let openAPI = Origin(createdFrom: "openapi")
    package static let explore = Origin(createdFrom: "installed-app")
    /// Triggers say `service-api` too.
    package static let webhook = Origin(createdFrom: "service-api", triggeredFrom: "webhook")
    package static let schedule = Origin(createdFrom: "service-api", triggeredFrom: "schedule")
    package static let plugin = Origin(createdFrom: "service-api", triggeredFrom: "plugin")

    /// The same in the words of a version.
    func written(by version: ServerVersion) -> Origin {
        var origin = version.hasTriggers ? self : Origin(createdFrom: createdFrom)
        if origin.createdFrom == Self.openAPI.createdFrom, !version.hasOpenAPIOrigin {
            origin.createdFrom = Self.api.createdFrom
        }
        return origin
    }

    /// Who starts such runs, out of `sessions` end users and two accounts.
    func creator(sessions: Int, using random: inout SeededRandom) -> Creator {
        switch (createdFrom, triggeredFrom) {
        case ("installed-app", _): return .account(random.chance(0.7) ? .member : .owner)
        case (_, "schedule"): return .account(.owner)
        case ("web-app", _): return .endUser(.init(sessionID: "web-\(random.below(sessions))", kind: .browser))
        case (_, "webhook"), (_, "plugin"): return .endUser(.init(sessionID: "trigger", kind: .trigger))
        default:
            let isNamed = random.chance(0.8)
            let session = isNamed ? "user-\(random.below(sessions))" : "DEFAULT-USER"
            return .endUser(.init(sessionID: session, kind: .api))
        }
    }
}

/// Who started a run.
package enum Creator: Hashable, Sendable {
    case endUser(EndUser)
    case account(Account)
    /// Deleted since: the log keeps the role alone (dify-logs-api §3.1).
    case removedEndUser, removedAccount

    package struct EndUser: Hashable, Sendable {
        /// What the caller sent as `user`.
        package var sessionID: String
        package var kind: Kind

        package init(sessionID: String, kind: Kind = .api) {
            self.sessionID = sessionID
            self.kind = kind
        }

        package enum Kind: Hashable, Sendable {
            case api, browser, trigger, mcp
        }
    }

    package struct Account: Hashable, Sendable {
        package var name: String
        package var email: String

        package init(name: String, email: String) {
            self.name = name
            self.email = email
        }

        package static let owner = Account(name: "Olive Owner", email: "owner@example.com")
        package static let member = Account(name: "Mo Member", email: "member@example.com")
    }

    /// `account` or `end_user`.
    package var role: String {
        switch self {
        case .endUser, .removedEndUser: "end_user"
        case .account, .removedAccount: "account"
        }
    }

    var sessionID: String? {
        if case .endUser(let user) = self { user.sessionID } else { nil }
    }

    var email: String? {
        if case .account(let account) = self { account.email } else { nil }
    }
}
