import Metrics
import Testing

@testable import Exporter
@testable import LogCollection

@Suite struct PublishedAppTests {
    private let snapshot = AppSnapshot(name: "shop", labels: [], at: .init(seconds: 1_000_000))
    private let now = ContinuousClock.now

    @Test func `a part is what the snapshot's families are`() {
        let app = PublishedApp(snapshot, encodedAs: [.text])
        for (encoding, format) in [
            (ExpositionFormat.Encoding.text, ExpositionFormat.textV004), (.protobuf, .protobufDelimited),
        ] {
            let page = ExpositionPage(of: [app.part(as: encoding)], as: encoding).bytes
            #expect(page == Exposition.encode(snapshot.families, as: format))
        }
    }

    @Test func `only a snapshot that lasts is worth encoding before somebody asks`() {
        #expect(PublishedApp.lasts(snapshot, pollInterval: .seconds(30)))
        #expect(!PublishedApp.lasts(snapshot, pollInterval: .seconds(1)))
        var catchingUp = snapshot
        catchingUp.catchUp = CatchUpProgress(readUntil: 0, rows: 0, requests: 0, elapsed: .zero, remaining: nil)
        #expect(!PublishedApp.lasts(catchingUp, pollInterval: .seconds(30)))
    }

    @Test func `encodings are in use for five minutes, the latest two of them`() {
        var recent = RecentEncodings()
        #expect(recent.inUse(at: now) == [])
        recent.note(.text, at: now)
        recent.note(.protobuf, at: now + .seconds(100))
        #expect(recent.inUse(at: now + .seconds(299)) == [.text, .protobuf])
        #expect(recent.inUse(at: now + .seconds(300)) == [.protobuf])
        recent.note(.openMetrics, at: now + .seconds(200))
        #expect(recent.inUse(at: now + .seconds(200)) == [.protobuf, .openMetrics])
        recent.note(.text, at: now + .seconds(210))
        #expect(recent.inUse(at: now + .seconds(210)) == [.openMetrics, .text])
    }
}
