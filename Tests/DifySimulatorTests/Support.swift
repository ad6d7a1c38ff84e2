import CivilTime
import DifyAPI
import DifySimulator

/// A whole second, so that rounding is where a test puts it.
let start = UnixTime(seconds: 1_795_000_000)
let key = "app-test"
let authorization = "Bearer \(key)"

extension SimulatedDify {
    /// One app called `app`, without load unless it is given one, on a server that answers at once.
    static func make(
        seed: UInt64 = 1, version: ServerVersion = "1.13.0", load: Load = .none, oddities: Oddities = .none,
        mode: SimulatedApp.Mode = .workflow, clockOffset: Duration = .zero, history: Duration = .zero
    ) -> SimulatedDify {
        var settings = Settings()
        (settings.seed, settings.version, settings.cost) = (seed, version, .none)
        (settings.clockOffset, settings.history) = (clockOffset, history)
        var app = SimulatedApp.Settings(name: "app", key: key)
        (app.load, app.oddities, app.mode) = (load, oddities, mode)
        return SimulatedDify(settings: settings, apps: [app], start: start)
    }

    mutating func add(_ script: RunScript, at moment: UnixTime = start) {
        apply(.addRun(app: "app", script), at: moment)
    }

    /// The answer to a GET of that path with the right key.
    mutating func get(
        _ path: String = "/v1/workflows/logs", _ query: [(name: String, value: String)] = [],
        at moment: UnixTime = start, authorization: String? = DifySimulatorTests.authorization
    ) -> TransportResponse {
        let request = SimulatedRequest(path: path, query: query, authorization: authorization)
        return answer(request, at: moment).response
    }

    mutating func page(
        _ query: [(name: String, value: String)] = [("limit", "100")], at moment: UnixTime = start
    ) throws -> LogPage {
        try LogPage(json: get("/v1/workflows/logs", query, at: moment).body)
    }

    /// The run of the only log.
    mutating func onlyRun(at moment: UnixTime) throws -> WorkflowRun? {
        let page = try page(at: moment)
        return page.logs.count == 1 ? page.logs[0].run : nil
    }
}

extension TransportResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}

extension UnixTime {
    var bound: String { UnixTime.iso8601(second: second) }
}
