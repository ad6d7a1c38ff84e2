import CivilTime
import CollectionSimulation
import DifyAPI
import LogCollection
import Storage

/// Measures how large checkpoints are and how long they take, by the rate of runs.
enum Checkpoints {
    /// One line for each rate, and one for a thousand quiet apps one after the other.
    static func measure(folder: String) throws(DiskError) {
        var disk = try FolderDisk(folder: folder)
        for rate in [0.1, 1, 10] {
            let state = state(runsPerSecond: rate)
            let (bytes, encoding, writing) = try write([state], to: &disk)
            print(
                "\(rate) runs a second: \(bytes) bytes, encoded in \(text(encoding)), written and synced in \(text(writing))"
            )
        }
        let quiet = state(runsPerSecond: 0.01)
        let (bytes, encoding, writing) = try write(Array(repeating: quiet, count: 1000), to: &disk)
        print(
            "1000 apps at 0.01 runs a second: \(bytes) bytes in all, encoded in \(text(encoding)), written and synced in \(text(writing))"
        )
    }

    /// An app's state in the middle of its life, as the collector leaves it: the logs that can still change, and the totals.
    private static func state(runsPerSecond rate: Double) -> Checkpoint {
        var settings = World.Settings(seed: 1)
        settings.steadyRate = rate
        settings.hours = 3
        var world = World(settings)
        return world.checkpoint(after: .seconds(7200))
    }

    private static func write(
        _ checkpoints: [Checkpoint], to disk: inout FolderDisk
    ) throws(DiskError) -> (bytes: Int, encoding: Duration, writing: Duration) {
        let clock = ContinuousClock()
        let started = clock.now
        let files = checkpoints.map(\.encoded)
        let encoded = clock.now
        for (index, file) in files.enumerated() { try disk.replace("\(index).checkpoint", with: file) }
        return (files.reduce(0) { $0 + $1.count }, started.duration(to: encoded), encoded.duration(to: clock.now))
    }

    private static func text(_ span: Duration) -> String {
        "\(Double(Int(span.secondsValue * 100_000)) / 100) ms"
    }
}
