/// What is fixed about a metric family: the one place for its name, type, labels and help text.
package struct Metric: Hashable, Sendable {
    /// As it stands before each sample, counters with `_total`.
    package let name: String
    package let type: MetricType
    /// In the order of the label values of its series.
    package let labels: [String]
    /// One or two sentences: what a value means, and how old it may be.
    package let help: String

    package init(_ name: String, _ type: MetricType, _ labels: [String] = [], _ help: String) {
        self.name = name
        self.type = type
        self.labels = labels
        self.help = help
    }
}

extension Metric {
    /// The name without the suffix of a counter's sample: what OpenMetrics calls the family.
    var familyName: Substring {
        type == .counter && name.hasSuffix("_total") ? name.dropLast("_total".count) : name[...]
    }

    /// The base unit that the family's name ends in; nil where it ends in none.
    var unit: String? {
        ["seconds", "bytes", "ratio"].first { familyName.hasSuffix("_\($0)") }
    }
}

package enum MetricType: String, Hashable, Sendable {
    case counter, gauge, histogram
}
