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
        state.settle(until: start + 180)
        state.prove(until: start + Int64(random.below(100)))
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
        state.forget()
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

    @Test func whateverIsWrittenComesBack() throws {
        for seed in 1...150 {
            var random = SeededRandom(seed: UInt64(seed))
            let checkpoint = randomCheckpoint(&random, rows: 60)
            let bytes = checkpoint.encoded
            let read = try Checkpoint(encoded: bytes)
            #expect(read == checkpoint, "seed \(seed)")
            #expect(read.encoded == bytes, "seed \(seed)")
        }
    }

    @Test func everyTruncationAndEveryTailIsDamage() {
        let bytes = small.encoded
        #expect(problem(bytes) == nil)
        for count in bytes.indices { #expect(problem(Array(bytes[..<count])) == .damaged, "\(count) bytes") }
        for tail in [[0], bytes, Array(bytes.suffix(8))] { #expect(problem(bytes + tail) == .damaged) }
    }

    @Test func everyChangeOfOneByteIsDamage() async throws {
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

    @Test func laterVersionsAreNamedAndOtherFilesAreDamage() {
        let content = content(small.encoded)
        #expect(problem(file(version: 2, content: content)) == nil)
        #expect(problem(file(version: 3, content: content)) == .newerVersion(3))
        #expect(problem(file(version: .max, content: [])) == .newerVersion(.max))
        #expect(problem([]) == .damaged)
        #expect(problem(Array("another file of the same length or more, by chance or mistake\n".utf8)) == .damaged)
        #expect(problem(Array(repeating: 0, count: 4096)) == .damaged)
    }

    /// Whoever writes rubbish with a right checksum gets an error too, and not a trap or all of the memory.
    @Test func rubbishBehindARightChecksumIsDamageOrAState() {
        let content = content(small.encoded)
        var random = SeededRandom(seed: 11)
        for _ in 0..<2000 {
            var rubbish = content
            for _ in 0...random.below(3) { rubbish[random.below(rubbish.count)] = UInt8(random.below(256)) }
            switch problem(file(version: 1, content: rubbish)) {
            case nil, .damaged: break
            case .newerVersion: Issue.record("it has the present version")
            }
        }
        #expect(problem(file(version: 1, length: .max, content: content)) == .damaged)
        #expect(problem(file(version: 1, content: Array(repeating: 0xff, count: 64))) == .damaged)
    }
}
