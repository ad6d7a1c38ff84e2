/// A metric with its series of one moment: what an exposition consists of.
package struct Family: Sendable {
    package let metric: Metric
    package var series: [Series]

    package init(_ metric: Metric, _ series: [Series] = []) {
        self.metric = metric
        self.series = series
    }

    package mutating func add(_ labelValues: [String], _ value: Double) {
        series.append(Series(labelValues: labelValues, value: .number(value)))
    }

    package mutating func add(_ labelValues: [String], _ histogram: Histogram) {
        series.append(Series(labelValues: labelValues, value: .histogram(histogram)))
    }
}

/// One series: its label values in the order of the metric's labels, and its value.
package struct Series: Sendable {
    package var labelValues: [String]
    /// Labels beyond those of the metric, which an operator gave to an app; only info metrics have them.
    package var extraLabels: [Label]
    package var value: Value

    package enum Value: Sendable {
        case number(Double)
        case histogram(Histogram)
    }

    package init(labelValues: [String], extraLabels: [Label] = [], value: Value) {
        self.labelValues = labelValues
        self.extraLabels = extraLabels
        self.value = value
    }
}

package struct Label: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

extension [Family] {
    /// The families ready for an exposition: those with series only, one of each name, in a stable order of names and
    /// label values.
    package var expositionOrder: [Family] {
        let merged = [String: Family](map { ($0.metric.name, $0) }) { Family($0.metric, $0.series + $1.series) }
        return merged.values
            .filter { !$0.series.isEmpty }
            .sorted { $0.metric.name < $1.metric.name }
            .map { family in
                Family(family.metric, family.series.sorted { $0.labelValues.lexicographicallyPrecedes($1.labelValues) })
            }
    }
}
