import Bytes
import CivilTime
import LogCollection
import Metrics

/// What a history is made with. All of it must stay the same while it is written: one series with two meanings would be of no use.
package struct HistorySettings: Hashable, Sendable {
    package let range: HistoryRange
    /// Labels that the scrape would add, such as job and instance.
    package let labels: [Label]
    /// The apps in the order of the configuration, each with a digest of all that decides about its numbers: filters may name people,
    /// and are nobody else's business.
    package let apps: [String]

    package init(range: HistoryRange, labels: [Label], apps: [AppConfiguration]) {
        self.range = range
        self.labels = labels
        self.apps = apps.map(Self.describe)
    }

    private init(range: HistoryRange, labels: [Label], descriptions: [String]) {
        (self.range, self.labels, apps) = (range, labels, descriptions)
    }

    private static func describe(_ app: AppConfiguration) -> String {
        let settings = app.collection
        let parts: [(String, String)] = [
            ("give_up_after", settings.giveUpAfter.prometheusText), ("stuck_after", settings.stuckAfter.prometheusText),
            ("series_limit", String(settings.seriesLimit)),
            ("histograms", "\(settings.buckets.duration) \(settings.buckets.tokens) \(settings.buckets.steps)"),
            ("session", settings.filter.createdByEndUserSessionID ?? ""),
            ("account", settings.filter.createdByAccount ?? ""), ("keyword", settings.filter.keyword ?? ""),
            ("status", settings.countedStatus?.rawValue ?? ""),
            ("reasons", settings.classifier.ownRules.map { "\($0.reason)=\($0.pattern)" }.joined(separator: " ")),
            ("labels", app.labels.map { "\($0.name)=\($0.value)" }.joined(separator: " ")),
        ]
        let text = parts.map { "\($0.0)=\($0.1)" }.joined(separator: "; ")
        return "\(app.displayName) at \(app.baseURL) \(String(FNV1a.hash64(text.utf8), radix: 16))"
    }

    /// What of `wanted` is not as it is here, in words; nil where all is. `since` and `until` of what is wanted are nil where they
    /// were not given.
    package func difference(
        from wanted: HistorySettings, since: Int64?, until: Int64?
    ) -> String? {
        if let since, since != range.since { return "--since was \(UnixTime.iso8601(second: range.since))" }
        if let until, until != range.until { return "--until was \(UnixTime.iso8601(second: range.until))" }
        if wanted.range.step != range.step { return "--step was \(range.step)s" }
        if wanted.labels != labels {
            let given = labels.map { "--label=\($0.name)=\($0.value)" }.joined(separator: " ")
            return labels.isEmpty ? "no --label was given" : "the labels were \(given)"
        }
        if wanted.apps != apps { return "the apps or their settings were others" }
        return nil
    }

    func write(to writer: inout ByteWriter) {
        for number in [range.since, range.until, range.step, range.fresh] { writer.signed(number) }
        writer.list(labels) { writer, label in
            writer.text(label.name)
            writer.text(label.value)
        }
        writer.list(apps) { $0.text($1) }
    }

    init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        let range = HistoryRange(
            since: try reader.signed(), until: try reader.signed(), step: try reader.signed(),
            fresh: try reader.signed())
        guard HistoryRange.steps.contains(range.step), range.since >= 0, range.until < 1 << 40 else {
            throw ByteReader.Malformed()
        }
        let labels = try reader.list { reader throws(ByteReader.Malformed) in
            Label(name: try reader.text(), value: try reader.text())
        }
        let apps = try reader.list { reader throws(ByteReader.Malformed) in try reader.text() }
        self.init(range: range, labels: labels, descriptions: apps)
    }
}

/// A label that a scrape would add.
extension Label {
    /// Why text is no label that a scrape would add.
    package enum ScrapeProblem: Error, Equatable {
        /// It is not `name=value`, or the value is empty, which is as good as no label.
        case hasNoValue
        /// Prometheus does not take the name, or keeps it for itself.
        case isNoName
        /// A metric of the exporter has the label.
        case isTaken(String)
    }

    /// Reads `name=value`.
    package init(ofScrape text: String) throws(ScrapeProblem) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[1].isEmpty else { throw .hasNoValue }
        guard Self.isName(parts[0]), !parts[0].hasPrefix("__") else { throw .isNoName }
        guard !Label.taken.contains(parts[0]) else { throw .isTaken(parts[0]) }
        self.init(name: parts[0], value: parts[1])
    }

    private static let taken = Set(Catalogue.all.flatMap(\.labels) + ["le"])

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            (0x61...0x7a).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
        }
    }
}
