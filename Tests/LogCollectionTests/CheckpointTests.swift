import Bytes
import CivilTime
import DifyAPI
import DifySimulator
import TestSupport
import Testing

@testable import LogCollection

@Suite struct CheckpointTests {
    private static let mark = Array("dify-exporter checkpoint\n".utf8)

    /// A state as some rows and windows leave it, with every part in use sooner or later.
    private func randomState(_ random: inout SeededRandom, rows: Int, buckets: RunTotals.Buckets = .init()) -> AppState
    {
        let start = Int64(random.below(2_000_000_000))
        var state = AppState(start: start, buckets: buckets, at: UnixTime(seconds: start))
        let statuses: [RunStatus?] = [
            nil, .running, .paused, .succeeded, .failed, .stopped, .partialSucceeded, .unknown("novel"),
        ]
        for _ in 0..<random.below(rows + 1) {
            let second = start + Int64(random.below(300))
            let id = random.chance(0.1) ? "not a uuid \(random.below(1000))" : RandomUUID(using: &random).text
            let log = WorkflowLog.make(
                id, at: second, statuses[random.below(statuses.count)], elapsed: Double(random.below(9000)) / 7,
                tokens: Int64(random.below(1 << 40)), exceptions: Int64(random.below(3)), error: "429 ü",
                finishedAt: random.chance(0.5) ? second + 5 : nil)
            _ = state.apply(log, at: second + Int64(random.below(4000)))
        }
        state.frontier = start + 200
        state.complete(until: start + 180)
        state.finalize(until: start + Int64(random.below(100)))
        for place in 0..<random.below(3) {
            _ = state.openWindows.open(
                start + 150 + Int64(place)...start + 150 + Int64(place), at: start + 200, lateLimit: 960
            ) { _ in
                0
            }
        }
        state.isCaughtUp = random.chance(0.5)
        state.concludeRead(of: Window(first: start, last: start + Int64(random.below(20))), seen: [])
        state.abandonRuns(olderThan: 3000, at: start + Int64(random.below(4000)))
        state.forget(lateLimit: 0)
        state.totals.recent = RecentRuns()
        return state
    }

    private func randomCheckpoint(_ random: inout SeededRandom, rows: Int) -> Checkpoint {
        let identity = Checkpoint.Identity(
            name: ["a", "Größe", "", "\u{0}\n"][random.below(4)], baseURL: "http://dify.test/v1",
            difyName: random.chance(0.5) ? "Dify 🤖" : nil)
        return Checkpoint(identity: identity, state: randomState(&random, rows: rows))
    }

    private var small: Checkpoint {
        var random = SeededRandom(seed: 5)
        let buckets = RunTotals.Buckets(duration: [], tokens: [], steps: [])
        return Checkpoint(
            identity: .init(name: "a", baseURL: "b", difyName: nil),
            state: randomState(&random, rows: 2, buckets: buckets))
    }

    private func problem(_ bytes: [UInt8]) -> Checkpoint.Problem? {
        do throws(Checkpoint.Problem) {
            _ = try Checkpoint(encoded: bytes)
            return nil
        } catch {
            return error
        }
    }

    /// A file whose checksum is right, whatever is in it.
    private func file(version: UInt64, length: UInt64? = nil, content: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.fixed(version)
        writer.fixed(length ?? UInt64(content.count))
        let body = Self.mark + writer.bytes + content
        let checksum = body.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        var end = ByteWriter()
        end.fixed(checksum)
        return body + end.bytes
    }

    private func content(_ bytes: [UInt8]) -> [UInt8] {
        Array(bytes.dropFirst(Self.mark.count + 16).dropLast(8))
    }

    @Test func `whatever is written comes back`() throws {
        for seed in 1...150 {
            var random = SeededRandom(seed: UInt64(seed))
            let checkpoint = randomCheckpoint(&random, rows: 60)
            let bytes = checkpoint.encoded
            let read = try Checkpoint(encoded: bytes)
            #expect(read == checkpoint, "seed \(seed)")
            #expect(read.encoded == bytes, "seed \(seed)")
        }
    }

    @Test func `every truncation and every tail is damage`() {
        let bytes = small.encoded
        #expect(problem(bytes) == nil)
        for count in bytes.indices { #expect(problem(Array(bytes[..<count])) == .damaged, "\(count) bytes") }
        for tail in [[0], bytes, Array(bytes.suffix(8))] { #expect(problem(bytes + tail) == .damaged) }
    }

    @Test func `every change of one byte is damage`() async throws {
        let bytes = small.encoded
        let survivors = try await Workbench.computing.run {
            bytes.indices.filter { place in
                var changed = bytes
                return (UInt8.min...UInt8.max).contains { byte in
                    changed[place] = byte
                    return byte != bytes[place] && problem(changed) != .damaged
                }
            }
        }
        #expect(survivors == [])
    }

    @Test func `later versions are named and other files are damage`() {
        let content = content(small.encoded)
        #expect(problem(file(version: 5, content: content)) == nil)
        #expect(problem(file(version: 6, content: content)) == .newerVersion(6))
        #expect(problem(file(version: .max, content: [])) == .newerVersion(.max))
        #expect(problem([]) == .damaged)
        #expect(problem(Array("another file of the same length or more, by chance or mistake\n".utf8)) == .damaged)
        #expect(problem(Array(repeating: 0, count: 4096)) == .damaged)
    }

    /// What a state of this version has behind that of version 2.
    private func tail(_ state: AppState) -> [UInt8] {
        var writer = ByteWriter()
        state.failureStreak.write(to: &writer)
        state.latestFailures.write(to: &writer)
        state.hourlyCounts.write(to: &writer)
        return writer.bytes
    }

    @Test func `a checkpoint of version 2 is read, with what its totals tell of the latest runs`() throws {
        var state = AppState.make()
        _ = state.apply(.make("a", at: 1500, .succeeded, finishedAt: 1600))
        _ = state.apply(.make("b", at: 1500, .failed, error: "timeout", finishedAt: 1700))
        _ = state.apply(.make("c", at: 1500, .failed, error: "timeout", finishedAt: 1800))
        let identity = Checkpoint.Identity(name: "a", baseURL: "b", difyName: nil)
        let written = Checkpoint(identity: identity, state: state)
        let content = Array(content(written.encoded).dropLast(tail(state).count))
        var read = try Checkpoint(encoded: file(version: 2, content: content))
        #expect(read.state.failureStreak.length == 1)
        #expect(read.state.latestFailures.runs.isEmpty)
        _ = read.state.apply(.make("d", at: 1500, .failed, error: "timeout", finishedAt: 1900))
        #expect(read.state.failureStreak.length == 2)
        #expect(read.state.totals.byStatus[.failed]?.runs == 3)
        _ = read.state.apply(.make("e", at: 1500, .succeeded, finishedAt: 1950))
        #expect(read.state.failureStreak.length == 0)
    }

    @Test func `a checkpoint of version 3 is read, and its hours begin where its list has been read to`() throws {
        var state = AppState.make()
        _ = state.apply(.make("a", at: 1500, finishedAt: 1600))
        state.frontier = 1700
        var hours = ByteWriter()
        state.hourlyCounts.write(to: &hours)
        let identity = Checkpoint.Identity(name: "a", baseURL: "b", difyName: nil)
        let written = Checkpoint(identity: identity, state: state)
        #expect(try Checkpoint(encoded: written.encoded).state.hourlyCounts == state.hourlyCounts)
        let content = Array(content(written.encoded).dropLast(hours.bytes.count))
        var read = try Checkpoint(encoded: file(version: 3, content: content))
        #expect(read.state.hourlyCounts == HourlyCounts(since: 1700))
        _ = read.state.apply(.make("b", at: 1600, finishedAt: 1650))
        _ = read.state.apply(.make("c", at: 1700, finishedAt: 1750))
        #expect(read.state.hourlyCounts.hours[0]?.runs == [.succeeded: 1])
    }

    @Test(
        arguments: [
            ([3, 3], 1), ([3, 2], 1), ([2], 1), ([3], 0), ([3], UInt64.max), ([Int64.max], 1),
            (Array(3...(3 + Int64(FailureStreak.secondLimit))), 1),
        ] as [([Int64], UInt64)])
    func `a streak that cannot have been is damage`(seconds: [Int64], runs: UInt64) throws {
        var state = AppState.make()
        state.failureStreak.note(.succeeded, endedAt: 2)
        let identity = Checkpoint.Identity(name: "a", baseURL: "b", difyName: nil)
        let written = Checkpoint(identity: identity, state: state)
        #expect(problem(written.encoded) == nil)
        var writer = ByteWriter()
        writer.optional(2) { $0.signed($1) }
        var before: Int64 = 0
        writer.list(seconds) { writer, second in
            writer.signed(second - before)
            writer.unsigned(runs)
            before = second
        }
        state.latestFailures.write(to: &writer)
        state.hourlyCounts.write(to: &writer)
        let content = content(written.encoded).dropLast(tail(state).count) + writer.bytes
        #expect(problem(file(version: 4, content: Array(content))) == .damaged)
    }

    @Test(arguments: [Double.nan, .infinity, -1, 1e300])
    func `a failed run that took a time which none can take is damage`(elapsed: Double) {
        var state = AppState.make()
        state.latestFailures.note(
            FailedRun(id: nil, endedAt: 1500, reason: "code", elapsed: elapsed, tokens: 0, steps: 0))
        let identity = Checkpoint.Identity(name: "a", baseURL: "b", difyName: nil)
        #expect(problem(Checkpoint(identity: identity, state: state).encoded) == .damaged)
    }

    /// Whoever writes rubbish with a right checksum gets an error too, and not a trap or all of the memory.
    @Test func `rubbish behind a right checksum is damage or a state`() {
        let content = content(small.encoded)
        var random = SeededRandom(seed: 11)
        for _ in 0..<2000 {
            var rubbish = content
            for _ in 0...random.below(3) { rubbish[random.below(rubbish.count)] = UInt8(random.below(256)) }
            for version in 1...4 as ClosedRange<UInt64> {
                switch problem(file(version: version, content: rubbish)) {
                case nil, .damaged: break
                case .newerVersion: Issue.record("the version is not later than the present one")
                }
            }
        }
        #expect(problem(file(version: 1, length: .max, content: content)) == .damaged)
        #expect(problem(file(version: 1, content: Array(repeating: 0xff, count: 64))) == .damaged)
    }
}
