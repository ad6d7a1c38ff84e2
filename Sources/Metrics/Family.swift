/// A metric with its series of one moment: what an exposition consists of.
package struct Family: Sendable {
    package let metric: Metric
    package var series: [Series]

    package init(_ metric: Metric, _ series: [Series] = []) {
        self.metric = metric
        self.series = series
    }

    package mutating func add(
        _ labelValues: [String], _ value: Double, startTime: Int64? = nil, exemplar: Exemplar? = nil
    ) {
        series.append(
            Series(labelValues: labelValues, value: .number(value), startTime: startTime, exemplar: exemplar))
    }

    package mutating func add(_ labelValues: [String], _ histogram: Histogram, startTime: Int64? = nil) {
        series.append(Series(labelValues: labelValues, value: .histogram(histogram), startTime: startTime))
    }
}

/// One series: its label values in the order of the metric's labels, and its value.
package struct Series: Sendable {
    package var labelValues: [String]
    /// Labels beyond those of the metric, which an operator gave to an app; only info metrics have them.
    package var extraLabels: [Label]
    package var value: Value
    /// Since when a counter or histogram has counted, in milliseconds since 1970; gauges have none.
    package var startTime: Int64?
    /// The latest event that a counter counted; histograms have their own, and gauges none.
    package var exemplar: Exemplar?

    package enum Value: Sendable {
        case number(Double)
        case histogram(Histogram)
    }

    package init(
        labelValues: [String], extraLabels: [Label] = [], value: Value, startTime: Int64? = nil,
        exemplar: Exemplar? = nil
    ) {
        self.labelValues = labelValues
        self.extraLabels = extraLabels
        self.value = value
        self.startTime = startTime
        self.exemplar = exemplar
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
        var places: [String: Int] = [:]
        var merged: [Family] = []
        for family in self where !family.series.isEmpty {
            if let place = places[family.metric.name] {
                merged[place].series += family.series
            } else {
                places[family.metric.name] = merged.count
                merged.append(family)
            }
        }
        merged.sort { $0.metric.name < $1.metric.name }
        for place in merged.indices {
            merged[place].series.sort { $0.labelValues.lexicographicallyPrecedes($1.labelValues) }
        }
        return merged
    }
}
