import CivilTime
import DifyAPI
import DifySimulator
import Testing

@Suite struct ListTests {
    /// One run in each of ten seconds.
    private func tenSeconds() -> SimulatedDify {
        .make(load: .steady(runsPerSecond: 1, span: .seconds(10)))
    }

    @Test func `bounds belong to the window`() throws {
        var dify = tenSeconds()
        let end = start + .seconds(20)
        let third = (start + .seconds(3)).bound
        let fifth = (start + .seconds(5)).bound
        #expect(try dify.page([("created_at__after", third)], at: end).total == 7)
        #expect(try dify.page([("created_at__before", third)], at: end).total == 4)
        #expect(try dify.page([("created_at__after", third), ("created_at__before", fifth)], at: end).total == 3)
        #expect(try dify.page([("created_at__after", third), ("created_at__before", third)], at: end).total == 1)
        #expect(try dify.page([("created_at__after", fifth), ("created_at__before", third)], at: end).total == 0)
    }

    @Test func `a fraction in a bound cuts its own second`() throws {
        var dify = tenSeconds()
        let fraction = (start + .milliseconds(3500)).iso8601
        #expect(try dify.page([("created_at__after", fraction)], at: start + .seconds(20)).total == 6)
        #expect(try dify.page([("created_at__before", fraction)], at: start + .seconds(20)).total == 4)
    }

    @Test func `newest comes first`() throws {
        var dify = tenSeconds()
        let seconds = try dify.page(at: start + .seconds(20)).logs.map(\.createdAt)
        #expect(seconds == (0..<10).map { start.second + $0 }.reversed())
    }

    @Test func `log times are rounded to the nearest second`() throws {
        var dify = SimulatedDify.make()
        dify.add(RunScript(), at: start + .milliseconds(499))
        dify.add(RunScript(), at: start + .milliseconds(500))
        let logs = try dify.page(at: start + .milliseconds(501)).logs
        #expect(logs.map(\.createdAt) == [start.second + 1, start.second])
        // The first is ahead of the clock and later than its own run.
        #expect(logs.map(\.run?.createdAt) == [start.second, start.second])
    }

    @Test func `rounding can be switched off`() {
        var settings = SimulatedDify.Settings()
        settings.rounding = .down
        var dify = SimulatedDify(settings: settings, apps: [.init(name: "app", key: key)], start: start)
        dify.add(RunScript(), at: start + .milliseconds(999))
        #expect(dify.runs(of: "app")[0].logSecond == start.second)
    }

    @Test func `ties come in another order each time`() throws {
        var dify = SimulatedDify.make()
        dify.apply(.burst(app: "app", rows: 60), at: start)
        let orders = try (0..<5).map { _ in try dify.page().logs.map(\.id) }
        #expect(Set(orders).count == 5)
        #expect(Set(orders.map(Set.init)).count == 1)
    }

    @Test func `pages of ties miss rows until they are read again`() throws {
        var dify = SimulatedDify.make()
        dify.apply(.burst(app: "app", rows: 300), at: start)
        var seen: Set<String> = []
        var walks = 0
        while seen.count < 300, walks < 50 {
            for number in 1...3 {
                let page = try dify.page([("limit", "100"), ("page", String(number))])
                #expect(page.total == 300 && page.logs.count == 100 && page.hasMore == (number < 3))
                seen.formUnion(page.logs.map(\.id.text))
            }
            walks += 1
            if walks == 1 { #expect(seen.count < 300) }
        }
        #expect(seen.count == 300)
    }

    @Test func `a page that holds everything is complete`() throws {
        var dify = SimulatedDify.make()
        dify.apply(.burst(app: "app", rows: 99), at: start)
        for _ in 0..<20 {
            let page = try dify.page()
            #expect(Set(page.logs.map(\.id)).count == 99 && page.total == 99)
        }
    }

    @Test func `whole seconds on one page never tear`() throws {
        var dify = SimulatedDify.make()
        for second in 0..<4 { dify.apply(.burst(app: "app", rows: 25), at: start + .seconds(second)) }
        let page = try dify.page([("limit", "50"), ("page", "2")], at: start + .seconds(9))
        #expect(page.logs.map(\.createdAt).allSatisfy { $0 <= start.second + 1 })
        #expect(Set(page.logs.map(\.id)).count == 50)
    }
}
