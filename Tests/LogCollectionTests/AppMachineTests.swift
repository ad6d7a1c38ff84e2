import CivilTime
import DifyAPI
import Platform
import Testing

@testable import LogCollection

/// Every state with every input.
@Suite struct AppMachineTransitionTests {
    private static let start = ClockReading(monotonic: .zero, date: DrivenApp.noon)
    private static let inputs: [(name: String, input: AppMachine.Input)] = [
        ("no state", .loaded(.success(nil))),
        ("bad state", .loaded(.failure(.locked(path: "x")))),
        ("woke", .woke),
        ("info", .info(answer(.success(.named("Triage"))))),
        ("info fails", .info(answer(.failure(.server(status: 500, message: ""))))),
        ("info refused", .info(answer(.failure(.authentication(message: ""))))),
        ("page", .logs(answer(.success(.make([]))))),
        ("page fails", .logs(answer(.failure(.timeout(after: .seconds(20)))))),
        ("page refused", .logs(answer(.failure(.authentication(message: ""))))),
        ("page with an unreadable row", .logs(answer(.failure(.unreadableRow(index: 0))))),
        ("filter refused", .logs(answer(.failure(.invalidParameter(message: ""))))),
        ("page of another key", .logs(answer(.success(.make([])), keyVersion: 2))),
        ("saved", .saved(.success(()), took: .zero)),
        ("not saved", .saved(.failure(.disk("full")), took: .zero)),
    ]

    /// What each state becomes; what is not named changes nothing.
    private static let table: [String: [String: String]] = [
        "loading": ["no state": "resting", "bad state": "without state"],
        "without state": ["woke": "loading"],
        "resting": ["woke": "asking info"],
        "asking info": ["info": "asking logs", "info fails": "pausing info", "info refused": "resting"],
        "pausing info": ["woke": "asking info"],
        "asking recognition": [
            "page": "asking logs", "page fails": "pausing recognition", "page refused": "resting",
            "page with an unreadable row": "asking logs", "filter refused": "resting",
            "page of another key": "asking info",
        ],
        "pausing recognition": ["woke": "asking recognition"],
        "asking newest": [
            "page": "asking logs", "page fails": "pausing newest", "page refused": "resting",
            "page with an unreadable row": "asking logs", "filter refused": "resting",
            "page of another key": "asking info",
        ],
        "pausing newest": ["woke": "asking newest"],
        "asking logs": [
            "page": "asking logs", "page fails": "pausing logs", "page refused": "saving the end",
            "page with an unreadable row": "asking logs", "filter refused": "saving the end",
            "page of another key": "asking info",
        ],
        "asking the last logs": [
            "page": "saving the end", "page fails": "pausing logs", "page refused": "saving the end",
            "page with an unreadable row": "asking logs", "filter refused": "saving the end",
            "page of another key": "asking info",
        ],
        "pausing logs": ["woke": "asking logs"],
        "saving a step": ["saved": "asking logs", "not saved": "asking logs"],
        "saving the end": ["saved": "resting", "not saved": "resting"],
    ]

    private static func answer<Value>(
        _ result: Result<Value, APIError>, dateOff: Duration = .zero, keyVersion: Int = 0
    ) -> Answer<Value> {
        var answer = Answer(
            result: result, server: ServerFacts(date: start.date + dateOff), sentAt: start.date, duration: .zero)
        answer.keyVersion = keyVersion
        return answer
    }

    private static func name(_ machine: AppMachine) -> String {
        func name(_ question: AppMachine.Question) -> String {
            switch question {
            case .info: "info"
            case .recognition: "recognition"
            case .newest: "newest"
            case .logs: "logs"
            }
        }
        switch machine.phase {
        case .loading: return "loading"
        case .withoutState: return "without state"
        case .resting: return "resting"
        case .asking(let request, _): return "asking \(name(request.question))"
        case .pausing(let request, _, _): return "pausing \(name(request.question))"
        case .saving(let save, _):
            if case .nextRequest = save.continuation { return "saving a step" }
            return "saving the end"
        }
    }

    /// A new app with these inputs behind it.
    private static func machine(after inputs: AppMachine.Input...) -> AppMachine {
        let settings = CollectionSettings(lookback: .seconds(3600))
        var machine = AppMachine(
            setup: AppSetup(name: "triage", settings: settings, baseURL: "http://dify.test", storagePath: "x"),
            at: start)
        for input in inputs { machine.resume(input, at: start, jitter: 0) }
        return machine
    }

    private static func states() -> [String: AppMachine] {
        var state = AppState.make(start: start.date.second - 3600)
        _ = state.apply(.make("known", at: start.date.second - 60))
        let stored = Checkpoint(
            identity: .init(name: "triage", baseURL: "http://dify.test", difyName: "Triage"), state: state
        ).encoded
        let empty = AppMachine.Input.loaded(.success(nil))
        let info = AppMachine.Input.info(answer(.success(.named("Triage"))))
        let infoFails = AppMachine.Input.info(answer(.failure(.server(status: 500, message: ""))))
        let pageFails = AppMachine.Input.logs(answer(.failure(.timeout(after: .seconds(20)))))
        let page = AppMachine.Input.logs(answer(.success(.make([]))))
        let manyLogs = AppMachine.Input.logs(answer(.success(.make([], total: 100_000))))
        let otherYear = AppMachine.Input.info(
            answer(.success(.named("Triage")), dateOff: .seconds(365 * 86_400)))
        let load = AppMachine.Input.loaded(.success(stored))
        return [
            "loading": machine(),
            "without state": machine(after: .loaded(.failure(.locked(path: "x")))),
            "resting": machine(after: empty),
            "asking info": machine(after: empty, .woke),
            "pausing info": machine(after: empty, .woke, infoFails),
            "asking recognition": machine(after: load, .woke, info),
            "pausing recognition": machine(after: load, .woke, info, pageFails),
            "asking newest": machine(after: empty, .woke, otherYear),
            "pausing newest": machine(after: empty, .woke, otherYear, pageFails),
            "asking logs": machine(after: empty, .woke, info),
            "asking the last logs": machine(after: empty, .woke, info, page),
            "pausing logs": machine(after: empty, .woke, info, pageFails),
            "saving a step": machine(after: empty, .woke, info, manyLogs, page),
            "saving the end": machine(after: empty, .woke, info, page, page),
        ]
    }

    @Test func `every input leads from every state to the state of the table`() throws {
        let states = Self.states()
        #expect(Set(states.keys) == Set(Self.table.keys))
        for (name, machine) in states {
            let shown = name == "asking the last logs" ? "asking logs" : name
            #expect(Self.name(machine) == shown)
            for (inputName, input) in Self.inputs {
                var next = machine
                next.resume(input, at: Self.start, jitter: 0)
                let expected = Self.table[name]?[inputName]
                #expect(Self.name(next) == expected ?? shown, "\(name), \(inputName)")
                if expected == nil {
                    #expect(next.step == machine.step, "\(name), \(inputName)")
                }
            }
        }
    }
}

@Suite struct AppMachineTests {
    // MARK: Keys

    private func isForeign(_ app: DrivenApp) -> Bool {
        if case .down(.state(.foreign)) = app.published?.health { return true }
        return false
    }

    private func isUp(_ app: DrivenApp) -> Bool {
        if case .up = app.published?.health { return true }
        return false
    }

    /// An app that has been collected for a while, with another one behind key 2.
    private func collected(otherName: String = "Invoices") -> DrivenApp {
        var app = DrivenApp()
        app.write(3)
        app.rounds(3)
        app.apps[2] = .init(info: .named(otherName))
        app.write(5, to: 2)
        return app
    }

    @Test(arguments: ["Invoices", "Triage"])
    func `no run of another app is counted when its key comes under way`(name: String) {
        var app = collected(otherName: name)
        #expect(app.runs == 3)
        // The other app has logs in the same seconds as this one.
        app.mirrorLogs()
        app.keyVersion = 2
        app.rounds(2)
        #expect(isForeign(app))
        #expect(app.runs == 3)
        #expect(app.published?.info?.name == "Triage")
    }

    @Test func `a corrected key is noticed in the next round`() {
        var app = collected()
        app.keyVersion = 2
        app.round()
        #expect(isForeign(app))
        app.keyVersion = 3
        app.apps[3] = app.apps[1]
        app.write(2)
        let asked = app.round()
        #expect(asked.first == .askInfo)
        #expect(isUp(app))
        #expect(app.runs == 5)
    }

    @Test func `a corrected key is noticed after a start with a wrong one`() {
        var app = collected()
        app.keyVersion = 2
        app.restart()
        app.rounds(2)
        #expect(isForeign(app))
        app.keyVersion = 1
        app.round()
        app.write()
        app.round()
        #expect(isUp(app))
        #expect(app.runs == 4)
    }

    @Test func `nothing is written at the end that is on disk already`() {
        var app = collected()
        #expect(app.machine.finalCheckpoint() == nil)
        app.restart()
        app.rounds(1)
        #expect(app.machine.finalCheckpoint() == nil)
    }

    @Test func `the key of another app leaves the stored numbers alone`() {
        var app = collected()
        let stored = app.disk
        app.keyVersion = 2
        app.restart()
        app.rounds(2)
        #expect(app.disk == stored)
        #expect(app.machine.finalCheckpoint() == nil)
    }

    @Test func `a key that is exchanged in the middle of a round counts nothing of the other app`() {
        var app = collected()
        app.beforeAnswer = { app, step in if case .askLogs = step { app.keyVersion = 2 } }
        app.rounds(2)
        #expect(isForeign(app))
        #expect(app.runs == 3)
    }

    @Test func `another key of the same app goes on at once`() {
        var app = collected()
        app.apps[2] = app.apps[1]
        app.keyVersion = 2
        app.write(2)
        app.round()
        #expect(isUp(app))
        #expect(app.runs == 5)
    }

    @Test func `a recognition that fails does not leave the names to decide`() {
        var app = collected(otherName: "Triage")
        app.mirrorLogs()
        app.keyVersion = 2
        app.restart()
        app.failing = { step in
            if case .askLogs = step { return .timeout(after: .seconds(20)) }
            return nil
        }
        app.rounds(3)
        app.failing = { _ in nil }
        app.rounds(2)
        #expect(isForeign(app))
        #expect(app.runs == 3)
    }

    @Test func `a refused key makes the next round recognise the app again`() {
        var app = collected()
        app.failing = { _ in .authentication(message: "no such key") }
        app.round()
        app.failing = { _ in nil }
        let asked = app.round()
        #expect(asked.first == .askInfo)
        #expect(asked.count == 3)
        #expect(isUp(app))
    }

    @Test func `the app is recognised again each hour`() {
        var app = collected()
        let rounds = (0..<250).map { _ in app.round() }
        #expect(rounds.filter { $0.contains(.askInfo) }.count == 2)
        #expect(rounds.allSatisfy { !$0.contains(.askInfo) || $0.count == 3 })
    }

    @Test func `an info that fails after an hour does not stop the collection`() {
        var app = collected()
        app.failing = { $0.isInfo ? .server(status: 500, message: "") : nil }
        app.rounds(130)
        app.write()
        app.round()
        #expect(isUp(app))
        #expect(app.runs == 4)
    }

    @Test func `another filter does not make it another app`() {
        let app = collected()
        let filtered = AppSetup(
            name: "triage", settings: CollectionSettings(filter: .init(createdByAccount: "nobody@example.com")),
            baseURL: "http://dify.test/v1", storagePath: "triage.checkpoint")
        var machine = AppMachine(setup: filtered, at: app.reading, succeeding: app.machine.handover)
        machine.resume(.loaded(.success(app.disk)), at: app.reading, jitter: 0)
        machine.resume(.woke, at: app.reading, jitter: 0)
        machine.resume(.info(Answer(result: .success(.named("Triage")), sentAt: app.now)), at: app.reading, jitter: 0)
        guard case .askLogs(let query) = machine.step else {
            Issue.record("no recognition")
            return
        }
        #expect(query.filter == .init())
    }

    // MARK: Attempts

    @Test func `each request has its own attempts`() {
        var app = DrivenApp()
        var left = ["info": 3, "logs": 3]
        app.failing = { step in
            let name = step.isInfo ? "info" : "logs"
            guard let count = left[name], count > 0 else { return nil }
            left[name] = count - 1
            return .server(status: 500, message: "")
        }
        app.round()
        app.round()
        #expect(isUp(app))
    }

    // MARK: Saving

    @Test func `an app whose numbers cannot be saved is down, says why, and recovers`() {
        var app = DrivenApp()
        app.write(2)
        app.rounds(2)
        app.isDiskFull = true
        app.write(2)
        app.round()
        guard case .down(let problem) = app.published?.health else {
            Issue.record("it is up")
            return
        }
        #expect(problem == .notSaved(.disk("the disk is full")))
        #expect(app.runs == 2)
        #expect(app.published?.work.collections[.error] == 1)
        app.isDiskFull = false
        app.round()
        #expect(isUp(app))
        #expect(app.runs == 4)
    }

    // MARK: Events

    @Test func `an outage of an hour is told in a few events`() {
        var app = DrivenApp()
        app.rounds(2)
        app.failing = { _ in .connection(message: "refused") }
        while app.elapsed < .seconds(3700) { app.round() }
        app.failing = { _ in nil }
        app.round()
        let failed = app.events.filter { if case .failed = $0 { true } else { false } }
        let stillFailing = app.events.filter { if case .stillFailing = $0 { true } else { false } }
        let recovered = app.events.filter { if case .recovered = $0 { true } else { false } }
        #expect(failed.count == 1)
        #expect(stillFailing.count == 3)
        #expect(recovered.count == 1)
    }

    @Test func `failed requests do not make a short catch-up background work`() {
        var app = DrivenApp(lookback: .seconds(86_400))
        app.write(3)
        var left = 20
        app.failing = { step in
            guard !step.isInfo, left > 0 else { return nil }
            left -= 1
            return .server(status: 500, message: "")
        }
        while app.runs < 3, app.asked.count < 200 {
            #expect(app.machine.urgency == .regular)
            app.carryOut()
        }
        #expect(left == 0)
        #expect(app.runs == 3)
    }

    @Test func `a long catch-up tells how far it is`() throws {
        var app = DrivenApp(lookback: .seconds(86_400))
        for minute in 0..<1440 { app.write(8, before: .seconds(minute * 60)) }
        // Each answer takes long, so that minutes pass.
        app.beforeAnswer = { app, _ in app.pass(.seconds(5)) }
        app.rounds(12)
        let told = app.events.compactMap { event -> CatchUpProgress? in
            if case .catchingUp(let progress) = event { return progress }
            return nil
        }
        #expect(told.count >= 3)
        #expect(Double(told.count) <= app.elapsed.secondsValue / 60)
        let first = try #require(told.first)
        #expect(first.rows > 0 && first.requests > 0)
        let remaining = try #require(told.last?.remaining)
        #expect(remaining < .seconds(3600))
        #expect(zip(told, told.dropFirst()).allSatisfy { $0.readUntil < $1.readUntil })
        while app.published?.catchUp != nil { app.round() }
        #expect(app.runs == 1440 * 8)
    }

    // MARK: The exporter's own clock

    @Test(arguments: [-86_400, -3600, 3600, 86_400, -1_795_000_000])
    func `setting the exporter's clock under way changes neither rounds nor numbers`(seconds: Int) {
        var app = DrivenApp()
        var same = DrivenApp()
        for number in 0..<20 {
            if number == 7 { app.ownClock = .seconds(seconds) }
            app.write()
            same.write()
            #expect(app.round() == same.round())
            #expect(app.elapsed == same.elapsed)
        }
        #expect(app.runs == same.runs)
        #expect(!app.events.contains { $0.step != nil })
    }

    @Test(arguments: [-86_400, -3600, 3600, 86_400, -1_795_000_000])
    func `an exporter whose clock is wrong from the start counts each run once`(seconds: Int) {
        var app = DrivenApp(ownClock: .seconds(seconds))
        for _ in 0..<20 {
            app.write()
            app.round()
        }
        app.restart()
        app.round()
        for _ in 0..<20 {
            app.write()
            app.round()
        }
        app.round()
        #expect(app.runs == 40)
    }

    @Test func `a row that cannot be served bears out the clock that stamped it`() throws {
        var app = DrivenApp(ownClock: .seconds(-7200))
        app.write()
        app.rounds(2)
        // While no exporter runs, the only row comes that tells of the present.
        app.pass(.seconds(2000))
        app.write()
        let stamp = app.serverNow.second
        app.failing = { step in
            guard case .askLogs(let query) = step, query.page == 1 else { return nil }
            let window = Window(first: query.createdAtAfter ?? .min, last: query.createdAtBefore)
            return window.contains(stamp) ? .unreadableRow(index: 0) : nil
        }
        app.restart()
        app.rounds(6)
        #expect(isUp(app))
        let until = try #require(app.published?.numbers?.collectedUntil)
        #expect(app.serverNow.second - until < 120)
    }

    @Test func `what passes between a machine and those who drive it is small`() {
        // A word and a mark: each of a thousand apps keeps some of these in frames that last as long as it does.
        #expect(MemoryLayout<AppMachine.Step>.size <= 9)
        #expect(MemoryLayout<AppMachine.Input>.size <= 9)
        #expect(MemoryLayout<AppMachine.Output>.size <= 9)
    }
}
