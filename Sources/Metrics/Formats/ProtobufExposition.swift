import Bytes

// `io.prometheus.client.MetricFamily` messages, each behind its length. Only this format has native histograms.
//
// Numbers are written even where they are zero, as client_golang does. Source: prometheus/client_model `metrics.proto`.

/// The numbers of the fields, by message.
private enum Field {
    enum MetricFamily {
        static let name: UInt64 = 1, help: UInt64 = 2, type: UInt64 = 3, metric: UInt64 = 4, unit: UInt64 = 5
    }
    enum Metric { static let label: UInt64 = 1, gauge: UInt64 = 2, counter: UInt64 = 3, histogram: UInt64 = 7 }
    enum LabelPair { static let name: UInt64 = 1, value: UInt64 = 2 }
    enum Gauge { static let value: UInt64 = 1 }
    enum Counter { static let value: UInt64 = 1, exemplar: UInt64 = 2, startTimestamp: UInt64 = 3 }
    enum Histogram {
        static let sampleCount: UInt64 = 1, sampleSum: UInt64 = 2, bucket: UInt64 = 3
        static let schema: UInt64 = 5, zeroThreshold: UInt64 = 6, zeroCount: UInt64 = 7
        static let positiveSpan: UInt64 = 12, positiveDelta: UInt64 = 13
        static let startTimestamp: UInt64 = 15, exemplars: UInt64 = 16
    }
    enum Bucket { static let cumulativeCount: UInt64 = 1, upperBound: UInt64 = 2, exemplar: UInt64 = 3 }
    enum BucketSpan { static let offset: UInt64 = 1, length: UInt64 = 2 }
    enum Exemplar { static let label: UInt64 = 1, value: UInt64 = 2, timestamp: UInt64 = 3 }
    enum Timestamp { static let seconds: UInt64 = 1, nanos: UInt64 = 2 }
}

extension MetricType {
    fileprivate var number: UInt64 {
        switch self {
        case .counter: 0
        case .gauge: 1
        case .histogram: 4
        }
    }
}

extension ProtobufWriter: SeriesWriter {
    /// What stands around a family's metrics: before them the length of the message and its first fields, after them the
    /// last.
    static func frame(of metric: Metric, seriesBytes: Int) -> (before: [UInt8], after: [UInt8]) {
        var head = ProtobufWriter()
        head.write(Field.MetricFamily.name, metric.name)
        head.write(Field.MetricFamily.help, metric.help)
        head.write(Field.MetricFamily.type, unsigned: metric.type.number)
        var tail = ProtobufWriter()
        if let unit = metric.unit { tail.write(Field.MetricFamily.unit, unit) }
        var before: [UInt8] = []
        before.appendLEB128(UInt64(head.bytes.count + seriesBytes + tail.bytes.count))
        return (before + head.bytes, tail.bytes)
    }

    /// One `Metric` of a family.
    mutating func write(_ series: Series, of metric: Metric) {
        write(Field.MetricFamily.metric) { $0.writeFields(of: series, metric) }
    }

    private mutating func writeFields(of series: Series, _ metric: Metric) {
        for (name, value) in zip(metric.labels, series.labelValues) {
            write(Field.Metric.label, name, value)
        }
        for label in series.extraLabels {
            write(Field.Metric.label, label.name, label.value)
        }
        switch series.value {
        case .number(let value) where metric.type == .counter:
            write(Field.Metric.counter) { counter in
                counter.write(Field.Counter.value, value)
                if let exemplar = series.exemplar { counter.write(Field.Counter.exemplar, exemplar) }
                if let start = series.startTime { counter.write(Field.Counter.startTimestamp, timestamp: start) }
            }
        case .number(let value):
            write(Field.Metric.gauge) { $0.write(Field.Gauge.value, value) }
        case .histogram(let histogram):
            write(Field.Metric.histogram) { $0.write(histogram, startTime: series.startTime) }
        }
    }

    private mutating func write(_ histogram: Histogram, startTime: Int64?) {
        write(Field.Histogram.sampleCount, unsigned: histogram.count)
        write(Field.Histogram.sampleSum, histogram.sum)
        // A native histogram without classic bounds has no use for the one bucket that holds all.
        if histogram.native == nil || !histogram.bounds.isEmpty { writeBuckets(of: histogram) }
        if let native = histogram.native { write(native) }
        if let startTime { write(Field.Histogram.startTimestamp, timestamp: startTime) }
        guard histogram.native != nil else { return }
        for case let exemplar? in histogram.exemplars {
            write(Field.Histogram.exemplars, exemplar)
        }
    }

    private mutating func writeBuckets(of histogram: Histogram) {
        for (bucket, count) in histogram.cumulativeCounts.enumerated() {
            let bound = bucket < histogram.bounds.count ? histogram.bounds[bucket] : .infinity
            write(Field.Histogram.bucket) { message in
                message.write(Field.Bucket.cumulativeCount, unsigned: count)
                message.write(Field.Bucket.upperBound, bound)
                if let exemplar = histogram.exemplars[bucket] { message.write(Field.Bucket.exemplar, exemplar) }
            }
        }
    }

    private mutating func write(_ native: NativeHistogram) {
        write(Field.Histogram.schema, zigzag: Int64(native.schema))
        write(Field.Histogram.zeroThreshold, NativeHistogram.zeroThreshold)
        write(Field.Histogram.zeroCount, unsigned: native.zeroCount)
        let layout = BucketLayout(native.buckets)
        for span in layout.spans {
            write(Field.Histogram.positiveSpan) { message in
                message.write(Field.BucketSpan.offset, zigzag: Int64(span.offset))
                message.write(Field.BucketSpan.length, unsigned: UInt64(span.length))
            }
        }
        if !layout.deltas.isEmpty { write(Field.Histogram.positiveDelta, packed: layout.deltas) }
    }

    private mutating func write(_ field: UInt64, _ exemplar: Exemplar) {
        write(field) { message in
            for label in exemplar.labels { message.write(Field.Exemplar.label, label.name, label.value) }
            message.write(Field.Exemplar.value, exemplar.value)
            message.write(Field.Exemplar.timestamp, timestamp: exemplar.timestamp)
        }
    }

    private mutating func write(_ field: UInt64, _ name: String, _ value: String) {
        write(field) { pair in
            pair.write(Field.LabelPair.name, name)
            pair.write(Field.LabelPair.value, value)
        }
    }

    /// Milliseconds since 1970 as google.protobuf.Timestamp, whose nanoseconds never count backwards.
    private mutating func write(_ field: UInt64, timestamp milliseconds: Int64) {
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        let isBefore = remainder < 0
        write(field) { message in
            message.write(Field.Timestamp.seconds, signed: isBefore ? quotient - 1 : quotient)
            let nanos = (isBefore ? remainder + 1000 : remainder) * 1_000_000
            if nanos > 0 { message.write(Field.Timestamp.nanos, signed: nanos) }
        }
    }
}
