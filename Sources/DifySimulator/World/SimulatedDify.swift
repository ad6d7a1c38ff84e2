import CivilTime
import DifyAPI
import JSON

/// A Dify in memory. Requests, changes and moments come in; answers as a real server would give them go out, and the truth
/// that a reader of those answers ought to have found.
///
/// It is a value: the same seed, apps, moments, changes and requests give the same answers, byte for byte. Moments must not
/// go backwards; an earlier one counts as the latest.
package struct SimulatedDify: Sendable {
    package struct Settings: Sendable {
        package var seed: UInt64 = 1
        package var version: ServerVersion = "1.13.0"
        package var cost = RequestCost()
        /// How far the server's clock is ahead of the true time.
        package var clockOffset: Duration = .zero
        package var rounding = LogTimeRounding.nearest
        /// The load begins that long before `start`, so that a new server has a past.
        package var history: Duration = .zero
        package var faults = Faults.none

        package init() {}

        /// How a moment becomes the whole second of a log.
        package enum LogTimeRounding: Sendable {
            /// As PostgreSQL's `CURRENT_TIMESTAMP(0)` does it: up to half a second into the future (dify-logs-api §2).
            case nearest
            /// As one would expect it.
            case down
        }
    }

    package internal(set) var apps: [SimulatedApp]
    package internal(set) var faults: Faults
    var server: ServerState
    var accounts: Set<String> = [Creator.Account.owner.email, Creator.Account.member.email]
    private let seed: UInt64
    private let cost: RequestCost
    private var requests: UInt64 = 0
    private var now: UnixTime

    /// Names and keys of apps differ from each other.
    package init(settings: Settings, apps: [SimulatedApp.Settings], start: UnixTime) {
        seed = settings.seed
        cost = settings.cost
        faults = settings.faults
        now = start
        server = ServerState(
            version: settings.version, clock: ServerClock(offset: settings.clockOffset, rounding: settings.rounding))
        self.apps = apps.enumerated().map { index, app in
            let random = SeededRandom(seed: settings.seed, stream: UInt64(index))
            return SimulatedApp(app, from: start - settings.history, random: random)
        }
        advance(to: start)
    }

    package var version: ServerVersion { server.version }

    /// Lets everything happen that is due by `moment`: runs start, logs become visible. What a run says at a moment needs
    /// no event; it is looked up when somebody asks.
    package mutating func advance(to moment: UnixTime) {
        now = max(now, moment)
        for index in apps.indices { apps[index].advance(to: now, server: server) }
    }

    /// Answers a request with the rows as they are at `moment`, and their count as it was `lead` before.
    package mutating func answer(
        _ request: SimulatedRequest, at moment: UnixTime, countedBefore lead: Duration = .zero
    ) -> SimulatedAnswer {
        advance(to: moment)
        requests += 1
        var random = SeededRandom(seed: seed, stream: .max - requests)
        let pages = ServerPages(version: server.version, date: server.clock.reading(at: now))
        var answer = route(request, countedBefore: lead, pages: pages, using: &random)
        if request.path.hasPrefix("/v1"), let kind = faults.next(using: &random) {
            answer = answer.failing(with: kind, stall: faults.stall, pages: pages, using: &random)
        }
        if request.method == "HEAD" { answer.response.body = [] }
        return answer
    }

    private func route(
        _ request: SimulatedRequest, countedBefore lead: Duration, pages: ServerPages, using random: inout SeededRandom
    ) -> SimulatedAnswer {
        var loggedRows = 0
        var answeredRows = 0
        var isAuthenticated = false
        let response: TransportResponse
        switch (request.path, request.method) {
        case ("/health", "GET"), ("/health", "HEAD"): response = pages.health()
        case ("/v1", _): response = pages.redirect(to: "http://\(request.host)/v1/")
        case ("/v1/", "GET") where version.greetsAtRoot: response = pages.greeting()
        case ("/v1/workflows/logs", "GET"), ("/v1/workflows/logs", "HEAD"), ("/v1/info", "GET"), ("/v1/info", "HEAD"):
            // The key is looked up in Redis first.
            isAuthenticated = true
            switch authenticate(request.authorization) {
            case .refused(let message): response = pages.unauthorized(message)
            case .denied(let message): response = pages.forbidden(message)
            case .failed(let message): response = pages.invalidValue(message)
            case .app(let app) where request.path == "/v1/info": response = pages.info(app.settings)
            case .app(let app):
                loggedRows = app.table.rows.count
                let logs = LogsAnswer(
                    app: app, server: server, moment: now, countedAt: now - lead, accounts: accounts)
                (response, answeredRows) = logs.response(to: request.query, pages: pages, using: &random)
            }
        case ("/v1/workflows/logs", "OPTIONS"), ("/v1/info", "OPTIONS"): response = pages.options()
        case ("/v1/workflows/logs", _), ("/v1/info", _), ("/health", _): response = pages.methodNotAllowed()
        default: response = pages.notFound()
        }
        let latency = cost.latency(loggedRows: loggedRows, answeredRows: answeredRows)
        let delay = isAuthenticated ? server.redisDelay(using: &random) : .zero
        return SimulatedAnswer(response: response, latency: latency + delay)
    }

    /// Every run that an app ever had, oldest start first; none for an app that does not exist.
    package func runs(of app: String) -> [SimulatedRun] {
        apps.first { $0.settings.name == app }?.runs ?? []
    }
}

// MARK: Authentication (dify-logs-api §1.2)
extension SimulatedDify {
    private enum Admission {
        case app(SimulatedApp)
        /// 401
        case refused(String)
        /// 403
        case denied(String)
        /// 400
        case failed(String)
    }

    private func authenticate(_ authorization: String?) -> Admission {
        let words = authorization?.split(separator: " ", maxSplits: 1) ?? []
        guard words.count == 2 else {
            return .refused("Authorization header must be provided and start with 'Bearer'")
        }
        guard words[0].lowercased() == "bearer" else { return .refused("Authorization scheme must be 'Bearer'") }
        let key = words[1].drop { $0 == " " }
        let unknown = Admission.refused("Access token is invalid")
        guard let app = apps.first(where: { $0.settings.key == key }) else { return unknown }
        switch app.access {
        case .open: return .app(app)
        case .apiDisabled: return .denied("The app's API service has been disabled.")
        case .abnormal where version.failsOnAbnormalApps: return .failed("'archived' is not a valid AppStatus")
        case .abnormal: return .denied("The app's status is abnormal.")
        case .workspaceArchived: return .denied("The workspace's status is archived.")
        case .workspaceOwnerless: return .refused("Tenant owner account not found or tenant is not active.")
        case .deleted(let deletedAt):
            // The key goes after the app, and 1.13 remembers it for as long as its cache does (§5).
            let keyLives: Duration = version.cachesKeys ? .seconds(600) : .seconds(5)
            return now < deletedAt + keyLives ? .denied("The app no longer exists.") : unknown
        }
    }
}
