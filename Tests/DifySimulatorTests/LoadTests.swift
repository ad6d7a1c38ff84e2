import CivilTime
import DifySimulator
import Testing

@Suite struct LoadTests {
    private func starts(_ load: Load, over span: Duration) -> [UnixTime] {
        var dify = SimulatedDify.make(load: load)
        dify.advance(to: start + span)
        return dify.runs(of: "app").map(\.startedAt)
    }

    @Test func `a steady load is exact and then silent`() {
        let starts = starts(.steady(runsPerSecond: 3, span: .seconds(100)), over: .seconds(1000))
        #expect(starts.count == 300)
        #expect(starts.first == start && starts.last == start + .milliseconds(99_666))
    }

    @Test func `a lively load keeps its mean over a day`() {
        let count = starts(.lively(Rhythm(runsPerSecond: 0.5, daySwing: 0.9)), over: .seconds(86_400)).count
        #expect((42_000...44_500).contains(count))
    }

    @Test func `the day has a busy hour and a quiet one`() {
        let rhythm = Rhythm(runsPerSecond: 0.5, daySwing: 0.9, busiestHour: 14)
        let hours = starts(.lively(rhythm), over: .seconds(86_400)).map { ($0.second / 3600) % 24 }
        #expect(hours.count { $0 == 14 } > 5 * hours.count { $0 == 2 })
    }

    @Test func `weekends are quieter`() {
        // 1 November 2026 is a Sunday.
        var settings = SimulatedApp.Settings(name: "app", key: key)
        settings.load = .lively(Rhythm(runsPerSecond: 0.2, daySwing: 0, weekendFactor: 0.1))
        let sunday = UnixTime(seconds: 1_793_491_200)
        var dify = SimulatedDify(settings: .init(), apps: [settings], start: sunday)
        dify.advance(to: sunday + .seconds(2 * 86_400))
        let onSunday = dify.runs(of: "app").count { $0.startedAt < sunday + .seconds(86_400) }
        #expect(onSunday * 5 < dify.runs(of: "app").count - onSunday)
    }

    @Test func `runs are as long and as faulty as the habit says`() {
        var dify = SimulatedDify.make(load: .steady(runsPerSecond: 10, span: .seconds(1000)))
        let truth = dify.truth(of: "app", at: start + .seconds(10_000))
        let times = truth.elapsedTimes(status: "succeeded")
        #expect((3.8...4.2).contains(times[times.count / 2]))
        #expect((350...450).contains(truth.runs["failed", default: 0]))
        #expect((70...160).contains(truth.runs["stopped", default: 0]))
        #expect(truth.runs["partial-succeeded", default: 0] == truth.runsWithExceptions)
        #expect(truth.failures.values.reduce(0, +) == truth.runs["failed"])
        #expect(truth.failures.count >= FailureKind.allCases.count - 1)
    }

    @Test func `a server can have a past`() throws {
        var dify = SimulatedDify.make(load: .steady(runsPerSecond: 1, span: nil), history: .seconds(3600))
        #expect(try dify.page(at: start).total == 3601)
        #expect(dify.truth(of: "app", at: start).finished > 3500)
    }

    @Test func `the demo is lively in all its apps`() throws {
        var settings = SimulatedDify.Settings()
        settings.history = .seconds(3 * 3600)
        var dify = SimulatedDify(settings: settings, apps: SimulatedApp.Settings.demo, start: start)
        #expect(dify.apps.count == 5)
        for app in dify.apps where app.settings.mode == .workflow {
            let truth = dify.truth(of: app.settings.name, at: start)
            #expect(truth.finished > 50 && truth.runs["failed", default: 0] > 0)
            #expect(app.settings.key.hasPrefix("app-demo-"))
        }
        let chat = dify.get("/v1/info", authorization: "Bearer app-demo-helpdesk-chat")
        #expect(chat.text.contains(#""mode":"advanced-chat""#))
    }

    @Test func `random numbers are the ones of split mix 64`() {
        var random = SeededRandom(seed: 0)
        #expect(random.next() == 0xe220_a839_7b1d_cdaf)
        #expect(random.next() == 0x6e78_9e6a_a1b9_65f4)
        #expect(random.next() == 0x06c4_5d18_8009_454f)
    }
}
