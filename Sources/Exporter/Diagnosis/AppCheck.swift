import CivilTime
import DifyAPI
import JSON

/// What trying one app's key has shown.
package struct AppCheck: Sendable {
    package let name: String
    package var info: AppInfo?
    package var serverVersion: String?
    /// How far the server's clock is ahead.
    package var clockDifference: Duration?
    package var logsInADay: Int64?
    /// What is wrong and what to do; nil when all is well.
    package var problem: String?

    /// Of an app whose file in the folder of `apps_dir` cannot be used.
    package init(_ problem: AppsFolderProblem) {
        (name, self.problem) = (problem.shownApp, "\(problem.line).")
    }

    private init(name: String) {
        self.name = name
    }

    package var isGood: Bool { problem == nil }

    /// Checks every app, in the order of the configuration. `makeTransport` gives each base URL its own connections.
    package static func all(
        of configuration: Configuration, environment: Environment, makeTransport: (BaseURL) -> any Transport
    ) async -> [AppCheck] {
        let servers = Servers(of: configuration, makeTransport: makeTransport)
        let doubled = await KeyAudit(of: configuration, environment: environment).doubled
        var checks = await withTaskGroup(of: (Int, AppCheck).self) { group in
            for (place, app, server) in servers.apps(of: configuration) {
                group.addTask {
                    (place, await check(app, environment: environment, transport: server.transport, gate: server.gate))
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
        for index in checks.indices where checks[index].isGood { checks[index].problem = doubled[checks[index].name] }
        return checks
    }

    private static func check(
        _ app: AppConfiguration, environment: Environment, transport: any Transport, gate: RequestGate
    ) async -> AppCheck {
        var check = AppCheck(name: app.displayName)
        do throws(KeyError) {
            let client = try await app.client(environment: environment, transport: transport, gate: gate)
            await check.ask(client, filter: app.collection.filter)
        } catch {
            check.problem = "\(error)."
        }
        return check
    }

    private mutating func ask(_ client: DifyClient, filter: LogsQuery.Filter) async {
        let infoAnswer = await client.info()
        serverVersion = infoAnswer.server.version
        clockDifference = infoAnswer.clockDifference
        switch infoAnswer.result {
        case .failure(let error):
            problem = error.advice
            return
        case .success(let info): self.info = info
        }
        let dayAgo = (infoAnswer.server.date ?? .now) - .seconds(86_400)
        // A whole page, for one row that cannot be served is enough to have it refused.
        let logsAnswer = await client.logs(LogsQuery(filter: filter, createdAtAfter: dayAgo.second))
        switch logsAnswer.result {
        case .failure(let error):
            problem = error.advice
            guard case .unreadableRow = error else { return }
            logsInADay = await count(client, LogsQuery(filter: filter, createdAtAfter: dayAgo.second))
        case .success(let page):
            logsInADay = page.total
            problem = info?.remarkOnLogs ?? clockDifference?.remarkOnClock
        }
    }

    /// How many logs there are, asked by a page past the end: it holds no row, and so none that cannot be served.
    private func count(_ client: DifyClient, _ query: LogsQuery) async -> Int64? {
        var query = query
        (query.page, query.limit) = (LogsQuery.maximumPage, 1)
        guard case .success(let page) = await client.logs(query).result else { return nil }
        return page.total
    }
}

extension AppCheck {
    /// A document of all apps.
    package static func json(_ checks: [AppCheck]) -> String {
        JSONWriter.document(of: checks) { $0.write(to: &$1) }
    }

    private func write(to writer: inout JSONWriter) {
        writer.object { app in
            app.member("name", name)
            app.member("good", isGood)
            app.member("problem", problem)
            app.member("mode", info?.mode)
            app.member("dify_version", serverVersion)
            app.member("clock_difference_seconds", clockDifference.map(\.wholeSeconds))
            app.member("logs_in_a_day", logsInADay)
        }
    }
}

extension AppConfiguration {
    /// A client for the app; throws when its key cannot be read.
    package func client(
        environment: Environment, transport: any Transport, gate: RequestGate
    ) async throws(KeyError) -> DifyClient {
        client(key: try await keySource.read(environment: environment).key, transport: transport, gate: gate)
    }

    func client(
        key: APIKey, transport: any Transport, gate: RequestGate, now: @escaping @Sendable () -> UnixTime = { .now }
    ) -> DifyClient {
        DifyClient(baseURL: baseURL, key: key, timeout: requestTimeout, transport: transport, gate: gate, now: now)
    }
}
