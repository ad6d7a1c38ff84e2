/// One event behind a count: where to look it up, its value and its moment.
package struct Exemplar: Hashable, Sendable {
    /// What names the event, such as `run_id`; within `codePointLimit`.
    package let labels: [Label]
    package var value: Double
    /// Milliseconds since 1970.
    package var timestamp: Int64

    /// Code points that all names and values of an exemplar's labels may have together. Source: OpenMetrics 1.0,
    /// "Exemplars".
    package static let codePointLimit = 128

    /// Nil where the labels are longer than `codePointLimit`: a reader may drop such an exemplar, or the whole page.
    package init?(labels: [Label], value: Double, timestamp: Int64) {
        // A code point takes a byte or more.
        let bytes = labels.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        if bytes > Self.codePointLimit {
            let length = labels.reduce(0) { $0 + $1.name.unicodeScalars.count + $1.value.unicodeScalars.count }
            guard length <= Self.codePointLimit else { return nil }
        }
        self.labels = labels
        self.value = value
        self.timestamp = timestamp
    }
}
