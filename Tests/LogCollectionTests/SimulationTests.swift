import CollectionSimulation
import LogCollection
import TestSupport
import Testing

/// The real collection code in simulated worlds of faults, crashes and jumping clocks. `swift run -c release simulation` runs
/// more of them.
@Suite struct SimulationTests {
    private func report(
        seed: UInt64, hours: Double = 0.25, without missing: Safeguards = [], with mischief: Set<Mischief>? = nil
    ) async throws -> World.Report {
        var settings = World.Settings(seed: seed)
        settings.hours = hours
        settings.safeguards.subtract(missing)
        settings.mischief = mischief
        return try await Workbench.computing.run { [settings] in
            var world = World(settings)
            return world.run()
        }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `every total is the truth and nothing steps back`(seed: UInt64) async throws {
        let report = try await report(seed: seed, with: [])
        #expect(report.failures.isEmpty, "seed \(seed)")
        #expect(report.runs > 0)
    }

    @Test(
        arguments: [
            [.keys, .strangers, .recognition], [.counts, .hidden, .pauses], [.numbers, .dates, .unreadable],
            [.steps, .wrong, .upgrades], [.memory, .reloads],
        ] as [Set<Mischief>])
    func `mischief changes no total`(mischief: Set<Mischief>) async throws {
        let report = try await report(seed: 2, with: mischief)
        #expect(report.failures.isEmpty)
        #expect(report.runs > 0)
    }

    @Test func `a seed replays exactly`() async throws {
        let first = try await report(seed: 11, hours: 0.1)
        let second = try await report(seed: 11, hours: 0.1)
        #expect(first.requests == second.requests)
        #expect(first.rows == second.rows)
        #expect(first.crashes == second.crashes)
        #expect(first.runs == second.runs)
    }

    @Test(
        arguments: [
            ("overlap", 1), ("audit", 1), ("cut-by-time", 3), ("sticky-counting", 1), ("publish-after-sync", 1),
        ] as [(String, UInt64)])
    func `the lack of a safeguard is noticed`(name: String, seed: UInt64) async throws {
        let safeguard = try #require(Safeguards.named.first { $0.name == name }?.safeguard)
        #expect(try await !report(seed: seed, without: safeguard, with: []).failures.isEmpty)
        #expect(try await report(seed: seed, with: []).failures.isEmpty)
    }
}
