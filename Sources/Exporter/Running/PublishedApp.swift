import LogCollection
import Metrics
import Platform

/// An app's snapshot with its part of each page: encoded once for each encoding, however often it is asked for.
package final class PublishedApp: Sendable {
    package let snapshot: AppSnapshot
    /// The latest asked for is last.
    private let parts: Locked<[(encoding: ExpositionFormat.Encoding, families: EncodedFamilies)]>

    /// A Prometheus asks for one encoding, and those that are migrated for two.
    static let encodings = 2

    /// Whether a scrape will probably come before the next snapshot of the app: scrapes are some 15 s apart, and an app that
    /// catches up publishes after each window.
    static func lasts(_ snapshot: AppSnapshot, pollInterval: Duration) -> Bool {
        pollInterval >= .seconds(5) && snapshot.catchUp == nil
    }

    /// Encodes the snapshot at once for those who will probably ask.
    init(_ snapshot: AppSnapshot, encodedAs encodings: [ExpositionFormat.Encoding] = []) {
        self.snapshot = snapshot
        let families = encodings.isEmpty ? [] : snapshot.families
        let label = snapshot.label
        parts = Locked(encodings.suffix(Self.encodings).map { ($0, EncodedFamilies(families, as: $0, label: label)) })
    }

    /// The app's part of a page.
    func part(as encoding: ExpositionFormat.Encoding) -> EncodedFamilies {
        let known = parts.withLock { $0.first { $0.encoding == encoding }?.families }
        if let known { return known }
        // Whoever asks meanwhile encodes it too: both get the same.
        let part = EncodedFamilies(snapshot.families, as: encoding, label: snapshot.label)
        parts.withLock { parts in
            guard !parts.contains(where: { $0.encoding == encoding }) else { return }
            parts = parts.suffix(Self.encodings - 1) + [(encoding, part)]
        }
        return part
    }
}

/// The encodings that somebody has asked for lately: what is worth encoding before the next scrape.
struct RecentEncodings {
    /// The latest asked for is last.
    private var asked: [(encoding: ExpositionFormat.Encoding, at: ContinuousClock.Instant)] = []

    /// Longer than the longest usual scrape interval.
    private static let memory = Duration.seconds(300)

    mutating func note(_ encoding: ExpositionFormat.Encoding, at now: ContinuousClock.Instant) {
        asked.removeAll { $0.encoding == encoding }
        asked.append((encoding, now))
    }

    func inUse(at now: ContinuousClock.Instant) -> [ExpositionFormat.Encoding] {
        asked.filter { now - $0.at < Self.memory }.suffix(PublishedApp.encodings).map(\.encoding)
    }
}
