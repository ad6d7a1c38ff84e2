import CivilTime
import DifyAPI
import JSON

/// Paths that no Dify has: they tell the truth about the simulated one, and change what goes on in it.
///
/// | path | what it does |
/// |---|---|
/// | GET `/simulator/truth` | the `Truth` of every app, by its name |
/// | GET `/simulator/apps` | names, keys and modes |
/// | POST `/simulator/incident?app=&kind=&seconds=&share=` | lets a share of an app's runs, else most, go wrong for 1 s to a day |
/// | POST `/simulator/recovery?app=` | ends what goes wrong in an app |
/// | POST `/simulator/faults?ratio=&kind=` | lets a share of requests fail, in that way or in all ways |
/// | POST `/simulator/load?app=&state=` | stops (`off`) and resumes (`on`) an app's load |
/// | POST `/simulator/burst?app=&rows=` | starts up to 10,000 runs in one second |
/// | POST `/simulator/poison?app=&share=&seconds=` | makes a share of the logs of the last seconds such that Dify 1.15 cannot serve them |
/// | POST `/simulator/repair?app=` | makes all logs such that it can |
/// | POST `/simulator/redis?state=` | takes Redis away (`off`) and gives it back (`on`) |
/// | POST `/simulator/upgrade?version=` | makes the server another release |
enum ControlRoutes {
    static let prefix = "/simulator/"
    private static let methods = [
        "truth": "GET", "apps": "GET", "incident": "POST", "recovery": "POST", "faults": "POST", "load": "POST",
        "burst": "POST", "poison": "POST", "repair": "POST", "redis": "POST", "upgrade": "POST",
    ]

    /// The name of the route that a request asks for.
    static func route(of request: SimulatedRequest) throws(ControlRefusal) -> String {
        let name = String(request.path.dropFirst(prefix.count))
        guard let method = methods[name] else {
            throw ControlRefusal(status: 404, sentence: "there is no \(request.path); there are \(names)")
        }
        guard request.method == method else {
            throw ControlRefusal(status: 405, sentence: "\(request.path) takes \(method), not \(request.method)")
        }
        return name
    }

    private static var names: String { methods.keys.sorted().map { prefix + $0 }.joined(separator: ", ") }
}

/// Why a control request was not carried out.
struct ControlRefusal: Error {
    var status = 400
    /// For people, without a full stop.
    let sentence: String
}

extension SimulatedDify {
    /// Answers a request for a path below `/simulator/`: 404 for an unknown one, and 400 with a sentence for a wrong value.
    mutating func control(_ request: SimulatedRequest, at moment: UnixTime) -> TransportResponse {
        var writer = JSONWriter()
        do throws(ControlRefusal) {
            switch try ControlRoutes.route(of: request) {
            case "truth": writeTruths(at: moment, to: &writer)
            case "apps": writeApps(to: &writer)
            case let name:
                let done = try change(name, ControlParameters(request, apps: apps))
                apply(done.change, at: moment)
                writer.object { $0.member("done", done.sentence) }
            }
        } catch {
            return Self.answer(error.status, type: "text/plain; charset=utf-8", Array((error.sentence + "\n").utf8))
        }
        return Self.answer(200, type: "application/json", writer.bytes + [UInt8(ascii: "\n")])
    }

    private static func answer(_ status: Int, type: String, _ body: [UInt8]) -> TransportResponse {
        TransportResponse(status: status, fields: [HTTPField(name: "Content-Type", value: type)], body: body)
    }

    private mutating func writeTruths(at moment: UnixTime, to writer: inout JSONWriter) {
        let truths = apps.map(\.settings.name).map { ($0, truth(of: $0, at: moment)) }
        writer.object { body in
            for (name, truth) in truths {
                body.key(name)
                truth.write(to: &body)
            }
        }
    }

    private func writeApps(to writer: inout JSONWriter) {
        writer.array { list in
            for app in apps {
                list.object { object in
                    object.member("name", app.settings.name)
                    object.member("key", app.settings.key)
                    object.member("mode", app.settings.mode.rawValue)
                }
            }
        }
    }

    private func change(
        _ route: String, _ parameters: ControlParameters
    ) throws(ControlRefusal) -> (change: Change, sentence: String) {
        switch route {
        case "incident":
            let app = try parameters.app()
            let kind: Incident.Kind = try parameters.choice("kind")
            let seconds = try parameters.integer("seconds", in: 1...86_400)
            let share = parameters.has("share") ? try parameters.share("share") : Incident.usualShare
            let change = Change.startIncident(app: app, kind, share: share, lasting: .seconds(seconds))
            return (change, "incident \(kind.rawValue) in \(app) for \(seconds) s")
        case "recovery":
            let app = try parameters.app()
            return (.endIncident(app: app), "nothing goes wrong in \(app) any more")
        case "faults":
            let ratio = try parameters.share("ratio")
            let kinds: [Faults.Kind] = parameters.has("kind") ? [try parameters.choice("kind")] : Faults.Kind.allCases
            let names = kinds.map(\.rawValue).joined(separator: ", ")
            return (.setFaults(Faults(share: ratio, kinds: kinds)), "\(ratio) of all requests fail: \(names)")
        case "load":
            let app = try parameters.app()
            let state: SwitchState = try parameters.choice("state")
            return (.setLoad(app: app, isOn: state == .on), "the load of \(app) is \(state.rawValue)")
        case "poison":
            let app = try parameters.app()
            let share = try parameters.share("share")
            let seconds = try parameters.integer("seconds", in: 1...86_400)
            let change = Change.poison(app: app, share: share, youngerThan: .seconds(seconds))
            return (change, "\(share) of the logs of \(app) of the last \(seconds) s cannot be served")
        case "repair":
            let app = try parameters.app()
            return (.repair(app: app), "every log of \(app) can be served")
        case "redis":
            let state: SwitchState = try parameters.choice("state")
            return (.setRedis(isUp: state == .on), "Redis is \(state.rawValue)")
        case "upgrade":
            let version = try parameters.version()
            return (.upgrade(version), "the server is Dify \(version.text)")
        default:
            let app = try parameters.app()
            let rows = try parameters.integer("rows", in: 1...10_000)
            return (.burst(app: app, rows: rows), "\(rows) runs of \(app)")
        }
    }

    private enum SwitchState: String, CaseIterable {
        case on, off
    }
}

/// The query of a control request; each value is checked when it is asked for.
private struct ControlParameters {
    private let values: [String: String]
    private let apps: [String]

    init(_ request: SimulatedRequest, apps: [SimulatedApp]) {
        values = Dictionary(request.query.map { ($0.name, $0.value) }) { first, _ in first }
        self.apps = apps.map(\.settings.name)
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    func app() throws(ControlRefusal) -> String {
        let name = try text("app")
        guard apps.contains(name) else {
            throw ControlRefusal(sentence: "no app is called '\(name)'; there are \(apps.joined(separator: ", "))")
        }
        return name
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) throws(ControlRefusal) -> Choice {
        let text = try text(name)
        guard let choice = Choice(rawValue: text) else {
            let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw ControlRefusal(sentence: "\(name) is '\(text)', and must be one of \(choices)")
        }
        return choice
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(ControlRefusal) -> Int {
        let text = try text(name)
        guard let number = Int(text), range.contains(number) else {
            let bounds = "\(range.lowerBound) to \(range.upperBound)"
            throw ControlRefusal(sentence: "\(name) is '\(text)', and must be a whole number from \(bounds)")
        }
        return number
    }

    func share(_ name: String) throws(ControlRefusal) -> Double {
        let text = try text(name)
        guard let number = Double(text), (0...1).contains(number) else {
            throw ControlRefusal(sentence: "\(name) is '\(text)', and must be a number from 0 to 1")
        }
        return number
    }

    func version() throws(ControlRefusal) -> ServerVersion {
        let text = try text("version")
        guard let version = ServerVersion(text) else {
            throw ControlRefusal(sentence: "version is '\(text)', and must be one such as 1.15.0")
        }
        return version
    }

    private func text(_ name: String) throws(ControlRefusal) -> String {
        guard let text = values[name] else { throw ControlRefusal(sentence: "the parameter \(name) is missing") }
        return text
    }
}
