import HTTPEndpoint
import Metrics
import MetricsFixtures

/// `metrics-bench [series]` measures the encoders; `metrics-bench pages FOLDER` writes the pages of the fixed state, and the
/// state itself as JSON.
@main enum Bench {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.first == "pages", let folder = arguments.dropFirst().first {
            writePages(to: folder)
        } else {
            measure(series: arguments.first.flatMap { Int($0) } ?? 50_000)
        }
    }

    static let formats: [(name: String, file: String, format: ExpositionFormat)] = [
        ("text 0.0.4", "page.txt", .textV004),
        ("OpenMetrics", "page.om", .openMetrics(.v100)),
        ("protobuf", "page.pb", .protobufDelimited),
    ]

    private static func measure(series: Int) {
        let families = Workload.families(series: series)
        report("put in order", families.expositionOrder.count) { _ = families.expositionOrder }
        for (name, _, format) in formats {
            let page = Exposition.encode(families, as: format)
            report(name, page.count) { _ = Exposition.encode(families, as: format) }
            let encoding = format.encoding
            let parts = Workload.parts(of: families, as: encoding)
            report("\(name), parts alone", parts.count) { _ = Workload.parts(of: families, as: encoding) }
            report("\(name), plan of a page", page.count) { _ = ExpositionPage(of: parts, as: encoding) }
            report("\(name), page of parts", page.count) { _ = ExpositionPage(of: parts, as: encoding).bytes }
            if let compressed = Gzip.compress(page) {
                report("\(name), gzip alone", compressed.count) { _ = Gzip.compress(page) }
            }
        }
    }

    /// Prints the shortest time of seven runs: the one that others disturbed least.
    private static func report(_ name: String, _ size: Int, _ work: () -> Void) {
        let clock = ContinuousClock()
        let times = (0..<7).map { _ in clock.measure(work) }
        let best = times.min() ?? .zero
        print("\(name): \(Double(best.components.attoseconds / 1_000_000_000_000) / 1000) ms, size \(size)")
    }
}
