import CivilTime
import DifyAPI
import Foundation
import LogCollection

/// `json-bench FILE SECONDS [ours|read|decoder]` reads a page of logs again and again and prints pages a second: from bytes to
/// counted totals, from bytes to rows, or by JSONDecoder to rows. `json-bench FILE pages COUNT` counts so many pages and ends.
@main enum JSONBench {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4 else {
            print("Usage: json-bench FILE SECONDS ours|read|decoder\n       json-bench FILE pages COUNT")
            exit(2)
        }
        let page = [UInt8](try Data(contentsOf: URL(filePath: arguments[1])))
        let counting = try PageCounting(page)
        guard arguments[2] != "pages" else {
            for _ in 0..<(Int(arguments[3]) ?? 1) { _ = try counting.count(page) }
            return
        }
        let seconds = Double(arguments[2]) ?? 1
        switch arguments[3] {
        case "ours": try report(seconds) { try counting.count(page) }
        case "read": try report(seconds) { try LogPage(json: page, key: counting.key, detail: .counted).logs.count }
        default:
            let data = Data(page)
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .useDefaultKeys
            try report(seconds) { try decoder.decode(DecodedPage.self, from: data).count }
        }
    }

    /// Of five turns the best: the one that others disturbed least.
    private static func report(_ seconds: Double, _ work: () throws -> Int) throws {
        let clock = ContinuousClock()
        var best = 0.0
        for _ in 0..<5 {
            let began = clock.now
            var pages = 0
            while clock.now - began < .seconds(seconds / 5) {
                for _ in 0..<20 {
                    guard try work() > 0 else { throw CocoaError(.coderReadCorrupt) }
                }
                pages += 20
            }
            best = max(best, Double(pages) / ((clock.now - began) / .seconds(1)))
        }
        print(best)
    }
}

/// What is done with a page of logs in a round: read, and counted by a collection that has not seen it.
struct PageCounting {
    /// Taken out of what is read, as always.
    let key = APIKey("app-0123456789abcdefghijklmn")
    private let collector: Collector
    private let now: UnixTime

    init(_ page: [UInt8]) throws {
        let seconds = try LogPage(json: page).logs.map(\.createdAt)
        now = UnixTime(seconds: (seconds.max() ?? 0) + 1)
        let state = AppState(start: seconds.min() ?? 0, buckets: .init(), at: now)
        var collector = Collector(settings: CollectionSettings(), state: state)
        collector.begin(at: now)
        _ = collector.nextQuery()
        self.collector = collector
    }

    /// How many runs were counted.
    func count(_ bytes: [UInt8]) throws -> Int {
        var collector = collector
        collector.receive(try LogPage(json: bytes, key: key, detail: .counted), at: now)
        return collector.state.totals.byStatus.reduce(0) { $0 + Int($1.value.runs) }
    }
}

/// The same rows for JSONDecoder.
private struct DecodedPage: Decodable {
    let total: Int
    let data: [Row]

    struct Row: Decodable {
        let id: String
        let run: Run?
        let createdFrom: String?
        let createdAt: Int64

        enum CodingKeys: String, CodingKey {
            case id
            case run = "workflow_run"
            case createdFrom = "created_from"
            case createdAt = "created_at"
        }
    }

    struct Run: Decodable {
        let id: String
        let status: String
        let triggeredFrom: String?
        let error: String?
        let elapsedTime: Double?
        let totalTokens: Int64?
        let totalSteps: Int64?
        let exceptionsCount: Int64?
        let finishedAt: Int64?

        enum CodingKeys: String, CodingKey {
            case id, status, error
            case triggeredFrom = "triggered_from"
            case elapsedTime = "elapsed_time"
            case totalTokens = "total_tokens"
            case totalSteps = "total_steps"
            case exceptionsCount = "exceptions_count"
            case finishedAt = "finished_at"
        }
    }

    /// Counted as little as a script would.
    var count: Int {
        var runs: [String: Int] = [:]
        for case let run? in data.map(\.run) where run.finishedAt != nil { runs[run.status, default: 0] += 1 }
        return runs.values.reduce(0, +)
    }
}
