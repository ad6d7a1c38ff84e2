import CivilTime
import HTTPEndpoint
import Metrics
import Testing

@testable import Exporter
@testable import LogCollection

@Suite struct MetricsRouteTests {
    private static let protobuf =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

    private func routes(apps: [String] = ["a"]) async -> Routes {
        let snapshots = apps.map { name in
            var snapshot = AppSnapshot(name: name, labels: [], at: UnixTime(seconds: 1000))
            snapshot.health = .up
            var state = AppState(start: 900, buckets: .init(), at: UnixTime(milliseconds: 1_000_250))
            state.totals.adopt(CollectionSettings(), at: UnixTime(milliseconds: 1_000_250))
            snapshot.numbers = AppSnapshot.Numbers(state, at: 1000, stuckAfter: 60)
            return (name, snapshot)
        }
        return await Routes.sample(snapshots, at: UnixTime(seconds: 1000))
    }

    private func answer(
        _ headers: HTTPHeaders = [:], query: [QueryItem] = [], apps: [String] = ["a"]
    ) async -> HTTPResponse {
        await routes(apps: apps).answer(HTTPRequest(path: "/metrics", query: query, headers: headers))
    }

    @Test func `without a wish the page is text and plain`() async {
        let response = await answer()
        #expect(response.status == 200)
        #expect(response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(response.headers["Vary"] == "Accept, Accept-Encoding")
        #expect(response.headers["Content-Encoding"] == nil)
        #expect(response.text.contains("\ndify_workflow_runs_total{app=\"a\",status=\"succeeded\"} 0\n"))
    }

    @Test func `the streak of failures is there before any, and counts the runs after the latest success`() async {
        #expect(await answer().text.contains("\ndify_workflow_consecutive_failures{app=\"a\"} 0\n"))
        let runs = (0..<6).map { minute in
            SampleApps.log(
                "\(minute)", endedAt: SampleApps.noon - Int64(minute) * 60,
                minute == 4 ? .succeeded : minute == 2 ? .stopped : .failed)
        }
        let routes = await Routes.sample([("a", SampleApps.snapshot("a", runs))], at: SampleApps.now)
        let page = await routes.answer(HTTPRequest(path: "/metrics")).text
        #expect(page.contains("\ndify_workflow_consecutive_failures{app=\"a\"} 3\n"))
    }

    @Test func `open metrics repeats the escaping`() async {
        let response = await answer(["Accept": "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8"])
        #expect(
            response.headers["Content-Type"]
                == "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8")
        #expect(response.text.hasSuffix("# EOF\n"))
        #expect(!response.text.contains("_created"))
    }

    @Test func `a prometheus with native histograms gets protobuf`() async {
        let accept = "\(Self.protobuf),application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5"
        let response = await answer(["Accept": accept])
        #expect(response.headers["Content-Type"]?.hasPrefix("application/vnd.google.protobuf; proto=") == true)
        #expect(response.body.first != UInt8(ascii: "#"))
    }

    @Test func `accept may come in several fields`() async {
        let response = await answer(["Accept": "text/html", "Accept": "application/openmetrics-text;version=0.0.1"])
        #expect(response.headers["Content-Type"] == "application/openmetrics-text; version=0.0.1; charset=utf-8")
    }

    @Test func `a page is compressed where that is allowed`() async {
        let plain = await answer()
        let compressed = await answer(["Accept-Encoding": "gzip"])
        #expect(compressed.headers["Content-Encoding"] == "gzip")
        #expect(compressed.body.starts(with: [0x1f, 0x8b]))
        #expect(compressed.body.count * 4 < plain.body.count)
        let refused = await answer(["Accept-Encoding": "gzip;q=0, br"])
        #expect(refused.headers["Content-Encoding"] == nil)
    }

    @Test func `the page of many apps is put together while it is sent, and is that of each of them`() async throws {
        let routes = await routes(apps: (100..<600).map { "app-\($0)" })
        let response = await routes.answer(HTTPRequest(path: "/metrics"))
        let (longBody, shortBody) = (response.longBody, response.body.count)
        let body = try #require(longBody)
        #expect(shortBody == 0 && body.count > 1 << 20)
        let lines = body.text.split(separator: "\n")
        for app in ["app-100", "app-350", "app-599"] {
            let query = [QueryItem(name: "app", value: app)]
            let page = await routes.answer(HTTPRequest(path: "/metrics", query: query)).text
            let isOfApp = { (line: Substring) in line.contains("app=\"\(app)\"") }
            let ownLines = page.split(separator: "\n").filter(isOfApp)
            let isSame = lines.filter(isOfApp) == ownLines
            #expect(ownLines.count > 20 && isSame)
        }
        let compressed = await routes.answer(HTTPRequest(path: "/metrics", headers: ["Accept-Encoding": "gzip"]))
        #expect(compressed.longBody == nil && compressed.body.count * 10 < body.count)
    }

    @Test func `the query narrows the page in every format`() async {
        for accept in ["text/plain", "application/openmetrics-text;version=1.0.0", Self.protobuf] {
            let page = await answer(
                ["Accept": accept], query: [QueryItem(name: "app", value: "b-wanted")],
                apps: ["a-unwanted", "b-wanted"]
            ).text
            #expect(page.contains("b-wanted"))
            #expect(!page.contains("a-unwanted"))
        }
    }

    @Test func `every family of the page is in the catalogue`() async {
        let names = await answer().text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
            .map { String($0.split(separator: " ")[2]) }
        #expect(Set(names).isSubset(of: Catalogue.all.map(\.name)))
        #expect(names.contains("dify_exporter_series_limited_total"))
    }

    @Test func `counters of an app began when its counting began`() async throws {
        let snapshot = try #require(await routes().board.all.first).snapshot
        let starts = Dictionary(uniqueKeysWithValues: snapshot.families.map { ($0.metric, $0.series.map(\.startTime)) })
        #expect(starts[Catalogue.runs]?.allSatisfy { $0 == 1_000_250 } == true)
        #expect(starts[Catalogue.runDuration]?.allSatisfy { $0 == 1_000_250 } == true)
        #expect(starts[Catalogue.collections]?.allSatisfy { $0 == 1_000_000 } == true)
        for (metric, times) in starts where metric.type == .gauge { #expect(times.allSatisfy { $0 == nil }) }
        for (metric, times) in starts where metric.type != .gauge { #expect(times.allSatisfy { $0 != nil }) }
    }

    @Test func `a failed reload shows while the last success stays`() async {
        func loadings(_ routes: Routes) async -> [Substring] {
            let page = await routes.answer(HTTPRequest(path: "/metrics")).text
            return page.split(separator: "\n").filter { $0.hasPrefix("dify_exporter_config_last_reload_") }
        }
        let routes = await routes()
        let before = await loadings(routes)
        #expect(await routes.answer(HTTPRequest(method: "POST", path: "/-/reload")).status == 500)
        let after = await loadings(routes)
        #expect(before.last?.hasSuffix(" 1") == true && after.last?.hasSuffix(" 0") == true)
        #expect(before.first == after.first)
    }
}

extension LongBody {
    fileprivate var text: String {
        var part = LongBodyPart()
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += part.bytes(of: self, from: bytes.count) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
