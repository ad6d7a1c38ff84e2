import CivilTime
import CollectionSimulation
import LogCollection
import Platform
import Storage

/// Runs as many simulated worlds as one likes, and names the seeds that fail.
///
///     swift run -c release simulation --seeds 10000 --first 1 --hours 1 [--without overlap]
///
/// With `--checkpoints FOLDER` it measures checkpoints instead, with `--polling [--interval SECONDS]` what polling costs Dify. With `--without all` each protection is switched off in turn, to show that its lack is noticed.
@main
struct SimulationRunner {
    static func main() {
        let arguments = CommandLine.arguments
        func value(_ name: String) -> String? {
            arguments.firstIndex(of: name).flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
        }
        if let folder = value("--checkpoints") {
            do throws(DiskError) {
                try Checkpoints.measure(folder: folder)
                exit(0)
            } catch {
                print("\(error)")
                exit(1)
            }
        }
        if arguments.contains("--polling") {
            exit(PollingBench.run(interval: .seconds(value("--interval").flatMap(Int64.init) ?? 30)) ? 0 : 1)
        }
        let first = value("--first").flatMap(UInt64.init) ?? 1
        let count = value("--seeds").flatMap(UInt64.init) ?? 100
        let hours = value("--hours").flatMap(Double.init) ?? 1
        var isRight = true
        switch value("--without") {
        case nil: isRight = report("all protections", .all, first..<(first + count), hours)
        case "all":
            for (name, protection) in Protections.named {
                isRight =
                    report("without \(name)", .all.subtracting(protection), first..<(first + count), hours) && isRight
            }
        case let name?:
            guard let protection = Protections.named.first(where: { $0.name == name })?.protection else {
                print(
                    "there is no protection \(name); there are \(Protections.named.map(\.name).joined(separator: ", "))"
                )
                exit(2)
            }
            isRight = report("without \(name)", .all.subtracting(protection), first..<(first + count), hours)
        }
        exit(isRight ? 0 : 1)
    }

    /// Runs the seeds, prints what came of them, and tells whether all were right.
    private static func report(_ title: String, _ protections: Protections, _ seeds: Range<UInt64>, _ hours: Double)
        -> Bool
    {
        let clock = ContinuousClock()
        let started = clock.now
        var simulated = Duration.zero
        var (runs, requests, rows, crashes) = (0, 0, 0, 0)
        var (comparedStreaks, longestStreak) = (0, UInt64(0))
        var failing: [UInt64] = []
        for seed in seeds {
            var settings = World.Settings(seed: seed)
            settings.hours = hours
            settings.protections = protections
            var world = World(settings)
            let report = world.run()
            simulated += report.simulated
            runs += report.runs
            requests += report.requests
            rows += report.rows
            crashes += report.crashes
            comparedStreaks += report.comparedStreaks
            longestStreak = max(longestStreak, report.longestStreak)
            guard !report.failures.isEmpty else { continue }
            failing.append(seed)
            if failing.count <= 5 { print("seed \(seed): \(report.failures.prefix(3).joined(separator: "; "))") }
        }
        let span = started.duration(to: clock.now)
        let hoursASecond = Int(simulated.secondsValue / 3600 / max(span.secondsValue, 1e-3))
        print(
            "\(title): \(seeds.count) seeds, \(failing.count) failed\(failing.isEmpty ? "" : ": \(failing.prefix(20))"); "
                + "\(runs) runs, \(requests) requests, \(rows) rows, \(crashes) crashes, "
                + "\(comparedStreaks) comparisons of streaks up to \(longestStreak); \(Int(simulated.secondsValue / 3600)) "
                + "simulated hours in \(Int(span.secondsValue)) s, \(hoursASecond) hours a second")
        return failing.isEmpty
    }
}
