import CivilTime
import CollectionSimulation
import LogCollection
import Platform
import Storage

/// Runs as many simulated worlds as one likes, and names the seeds that fail.
///
///     swift run -c release simulation --seeds 10000 --first 1 --hours 1 [--without overlap] [--with keys,hidden]
///
/// Each world draws its mischiefs, or has those of `--with`. With `--without all` each safeguard is switched off in turn, to show
/// that its lack is noticed. With `--checkpoints FOLDER` it measures checkpoints instead, with `--polling [--interval SECONDS]` what
/// polling costs Dify.
@main
struct SimulationRunner {
    private static let help = """
        usage: simulation [--seeds N] [--first SEED] [--drawing NAMES] [--hours H] [--with NAMES | --without NAME]

        Runs N worlds (100) from SEED (1) on, of H simulated hours each (1), and names the seeds that fail.
          --drawing   leaves out the seeds whose worlds draw none of these mischiefs
          --with      the mischiefs of every world, between commas, or none; without it each world draws its own
          --without   a safeguard that is switched off, or all for one after the other: its lack must be noticed
          --checkpoints FOLDER            measures checkpoints instead
          --polling [--interval SECONDS]  prices what polling costs Dify instead
        """

    static func main() {
        let arguments = CommandLine.arguments
        func value(_ name: String) -> String? {
            arguments.firstIndex(of: name).flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
        }
        if arguments.contains("--help") {
            print(help)
            exit(0)
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
        var settings = World.Settings(seed: first)
        settings.hours = value("--hours").flatMap(Double.init) ?? 1
        settings.mischief = value("--with").map(mischief)
        let drawing = value("--drawing").map(mischief)
        let seeds = (first..<(first + count)).filter { seed in
            drawing.map { !$0.isDisjoint(with: Mischief.drawn(bySeed: seed)) } ?? true
        }
        var isRight = true
        switch value("--without") {
        case nil: isRight = report("all safeguards", settings, seeds)
        case "all":
            for (name, safeguard) in Safeguards.named {
                settings.safeguards = .all.subtracting(safeguard)
                isRight = report("without \(name)", settings, seeds) && isRight
            }
        case let name?:
            guard let safeguard = Safeguards.named.first(where: { $0.name == name })?.safeguard else {
                refuse("safeguard \(name)", Safeguards.named.map(\.name))
            }
            settings.safeguards = .all.subtracting(safeguard)
            isRight = report("without \(name)", settings, seeds)
        }
        exit(isRight ? 0 : 1)
    }

    /// Names of mischiefs, separated by commas, or `none`.
    private static func mischief(_ names: String) -> Set<Mischief> {
        guard names != "none" else { return [] }
        return Set(
            names.split(separator: ",").map { name in
                guard let mischief = Mischief(rawValue: String(name)) else {
                    refuse("mischief \(name)", Mischief.allCases.map(\.rawValue))
                }
                return mischief
            })
    }

    private static func refuse(_ what: String, _ choices: [String]) -> Never {
        print("there is no \(what); there are \(choices.joined(separator: ", "))")
        exit(2)
    }

    /// Runs the seeds, prints what came of them, and tells whether all were right.
    private static func report(_ title: String, _ settings: World.Settings, _ seeds: [UInt64]) -> Bool {
        let clock = ContinuousClock()
        let started = clock.now
        var simulated = Duration.zero
        var (runs, uncertain, requests, rows, crashes, costliest) = (0, 0, 0, 0, 0, 0)
        var (comparedStreaks, longestStreak) = (0, UInt64(0))
        var failing: [UInt64] = []
        for seed in seeds {
            var settings = settings
            settings.seed = seed
            var world = World(settings)
            let report = world.run()
            simulated += report.simulated
            runs += report.runs
            uncertain += report.uncertainRuns
            requests += report.requests
            rows += report.rows
            crashes += report.crashes
            costliest = max(costliest, report.costliestRound)
            comparedStreaks += report.comparedStreaks
            longestStreak = max(longestStreak, report.longestStreak)
            guard !report.failures.isEmpty else { continue }
            failing.append(seed)
            guard failing.count <= 20 else { continue }
            let names = report.mischief.map(\.rawValue).sorted().joined(separator: ",")
            print("seed \(seed) (\(names)): \(report.failures.prefix(3).joined(separator: "; "))")
            fflush(nil)
        }
        let span = started.duration(to: clock.now)
        let hoursASecond = Int(simulated.secondsValue / 3600 / max(span.secondsValue, 1e-3))
        print(
            "\(title): \(seeds.count) seeds, \(failing.count) failed\(failing.isEmpty ? "" : ": \(failing.prefix(20))"); "
                + "\(runs) runs (\(uncertain) beyond what is promised), \(requests) requests (\(costliest) in one round), "
                + "\(rows) rows, \(crashes) crashes, \(comparedStreaks) comparisons of streaks up to \(longestStreak); "
                + "\(Int(simulated.secondsValue / 3600)) simulated hours in \(Int(span.secondsValue)) s, "
                + "\(hoursASecond) hours a second")
        return failing.isEmpty
    }
}
