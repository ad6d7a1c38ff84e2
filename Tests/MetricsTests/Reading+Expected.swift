@testable import Metrics

/// What a state should read as, told without the writers.
extension ReadExemplar {
    init(_ exemplar: Exemplar) {
        labels = exemplar.labels.map { [Bytes($0.name.utf8), Bytes($0.value.utf8)] }
        value = Bits(exemplar.value)
        timestamp = exemplar.timestamp
    }
}

extension Series {
    func readLabels(_ metric: Metric) -> [[Bytes]] {
        zip(metric.labels, labelValues).map { [Bytes($0.utf8), Bytes($1.utf8)] }
            + extraLabels.map { [Bytes($0.name.utf8), Bytes($0.value.utf8)] }
    }
}

extension ReadFamily {
    init(_ family: Family) {
        name = Bytes(family.metric.name.utf8)
        help = Bytes(family.metric.help.utf8)
        type = [.counter: 0, .gauge: 1, .histogram: 4][family.metric.type] ?? 99
        for unit in ["seconds", "bytes", "ratio"]
        where family.metric.name.hasSuffix("_\(unit)") || family.metric.name.hasSuffix("_\(unit)_total") {
            self.unit = Bytes(unit.utf8)
        }
        metrics = family.series.map { series in
            var metric = ReadMetric(labels: series.readLabels(family.metric))
            switch series.value {
            case .number(let value) where family.metric.type == .counter:
                metric.counter = ReadCounter(
                    value: Bits(value), exemplar: series.exemplar.map(ReadExemplar.init), start: series.startTime)
            case .number(let value): metric.gauge = Bits(value)
            case .histogram(let histogram): metric.histogram = ReadHistogram(histogram, start: series.startTime)
            }
            return metric
        }
    }
}

extension ReadHistogram {
    init(_ histogram: Histogram, start: Int64?) {
        count = histogram.count
        sum = Bits(histogram.sum)
        self.start = start
        if histogram.native == nil || !histogram.bounds.isEmpty {
            for (place, count) in histogram.cumulativeCounts.enumerated() {
                let bound = place == histogram.bounds.count ? .infinity : histogram.bounds[place]
                let exemplar = histogram.exemplars[place].map(ReadExemplar.init)
                buckets.append(ReadBucket(count: count, bound: Bits(bound), exemplar: exemplar))
            }
        }
        if let native = histogram.native {
            self.native = ReadNative(
                schema: Int64(native.schema), zeroThreshold: Bits(2.938735877055719e-39), zeroCount: native.zeroCount,
                counts: Dictionary(uniqueKeysWithValues: native.buckets.map { (Int64($0.index), $0.count) }))
            exemplars = histogram.exemplars.compactMap { $0.map(ReadExemplar.init) }
        }
    }
}

extension ReadPage {
    /// What the families of a protobuf page come to in text.
    init(_ families: [ReadFamily], openMetrics: Bool) {
        hasEnd = openMetrics
        for family in families {
            let help = [Bytes("HELP".utf8), family.name, family.help]
            let type = [
                Bytes("TYPE".utf8), family.name,
                Bytes((["counter", "gauge", "", "", "histogram"][Int(family.type)]).utf8),
            ]
            if openMetrics {
                let unit = family.unit.map { [[Bytes("UNIT".utf8), family.name, $0]] } ?? []
                comments += ([type] + unit + [help]).map { line in
                    family.type == 0 ? [line[0], line[1].dropLast("_total".utf8.count), line[2]] : line
                }
            } else {
                comments += [help, type]
            }
            for metric in family.metrics { add(metric, family.name, openMetrics) }
        }
    }

    private mutating func add(_ metric: ReadMetric, _ name: Bytes, _ openMetrics: Bool) {
        func add(_ suffix: String, _ labels: [[Bytes]], _ value: Bits, _ exemplar: ReadExemplar? = nil) {
            let exemplar = openMetrics ? exemplar : nil
            samples.append(ReadSample(name: name + suffix.utf8, labels: labels, value: value, exemplar: exemplar))
        }
        if let gauge = metric.gauge { add("", metric.labels, gauge) }
        if let counter = metric.counter { add("", metric.labels, counter.value, counter.exemplar) }
        guard let histogram = metric.histogram else { return }
        let all = ReadBucket(count: histogram.count, bound: Bits(.infinity), exemplar: histogram.exemplars.first)
        for bucket in histogram.buckets.isEmpty ? [all] : histogram.buckets {
            let bound = Double(bitPattern: bucket.bound.pattern)
            let label = [Bytes("le".utf8), Bytes((bound.isInfinite ? "+Inf" : "\(bound)").utf8)]
            add("_bucket", metric.labels + [label], Bits(Double(bucket.count)), bucket.exemplar)
        }
        if openMetrics && histogram.sum == Bits(.nan) { return }
        add("_sum", metric.labels, histogram.sum)
        add("_count", metric.labels, Bits(Double(histogram.count)))
    }
}
