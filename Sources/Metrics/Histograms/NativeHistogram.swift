/// Counts of observations in buckets of even relative width, of which only those that hold something are kept.
///
/// It starts at schema 3, where a bucket is 9 % wide, and halves its resolution when it has more than `bucketLimit`
/// buckets. It never starts again from nothing, for its totals outlive the process. Source: prometheus/docs
/// `native_histograms.md`.
package struct NativeHistogram: Hashable, Sendable {
    /// The resolution: neighbouring bounds are a factor of 2^(2^-schema) apart; one of `ExponentialBuckets.schemas`.
    package private(set) var schema: Int
    /// Observations of at most `zeroThreshold`.
    package private(set) var zeroCount: UInt64 = 0
    /// By rising index, none of them empty.
    package private(set) var buckets: [Bucket] = []

    package struct Bucket: Hashable, Sendable {
        /// Names the bucket whose upper bound, inclusive, is 2^(index · 2^-schema).
        package let index: Int
        package fileprivate(set) var count: UInt64

        package init(index: Int, count: UInt64) {
            self.index = index
            self.count = count
        }
    }

    /// A bound of every schema; client libraries have the same.
    package static let zeroThreshold = 0x1p-128
    /// Prometheus' advice for the memory of its own side.
    package static let bucketLimit = 160

    /// `schema` is the resolution to begin with, from -4 to 8.
    package init(schema: Int = 3) {
        self.schema = schema
    }

    /// A histogram from its parts, as they were kept elsewhere; nil where they are none: an unknown schema, buckets that are
    /// empty, out of order, too many or beyond any number there is, or more than 2^63 observations.
    package init?(schema: Int, zeroCount: UInt64, buckets: [Bucket]) {
        guard ExponentialBuckets.schemas.contains(schema), buckets.count <= Self.bucketLimit,
            zip(buckets, buckets.dropFirst()).allSatisfy({ $0.index < $1.index }),
            buckets.allSatisfy({ $0.count > 0 }), ([zeroCount] + buckets.map(\.count)).total != nil
        else { return nil }
        if let first = buckets.first, let last = buckets.last {
            guard first.index >= ExponentialBuckets.index(of: Self.zeroThreshold.nextUp, schema: schema),
                last.index <= ExponentialBuckets.index(of: .infinity, schema: schema)
            else { return nil }
        }
        self.schema = schema
        self.zeroCount = zeroCount
        self.buckets = buckets
    }

    /// All observations but those of NaN, which have no bucket.
    package var count: UInt64 { buckets.reduce(zeroCount) { $0 + $1.count } }

    /// Counts a value; one below zero, which there is no bucket for, as zero.
    package mutating func observe(_ value: Double) {
        if value.isNaN { return }
        guard value > Self.zeroThreshold else {
            zeroCount += 1
            return
        }
        add(1, at: ExponentialBuckets.index(of: value, schema: schema))
    }

    /// Takes over all observations of another, in the coarser resolution of the two.
    package mutating func merge(_ other: NativeHistogram) {
        while schema > other.schema { halveResolution() }
        zeroCount += other.zeroCount
        for bucket in other.buckets {
            // This one may become coarser with each new bucket.
            let index = (schema..<other.schema).reduce(bucket.index) { index, _ in ExponentialBuckets.coarser(index) }
            add(bucket.count, at: index)
        }
    }

    private mutating func add(_ count: UInt64, at index: Int) {
        let place = buckets.partitioningIndex { $0.index >= index }
        if place < buckets.count, buckets[place].index == index {
            buckets[place].count += count
        } else {
            buckets.insert(Bucket(index: index, count: count), at: place)
            while buckets.count > Self.bucketLimit { halveResolution() }
        }
    }

    /// Joins each two neighbours. Schema -3 has less buckets than the limit, so that it never goes below.
    private mutating func halveResolution() {
        schema -= 1
        var joined: [Bucket] = []
        for bucket in buckets {
            let index = ExponentialBuckets.coarser(bucket.index)
            if joined.last?.index == index {
                joined[joined.count - 1].count += bucket.count
            } else {
                joined.append(Bucket(index: index, count: bucket.count))
            }
        }
        buckets = joined
    }
}

extension RandomAccessCollection where Index == Int {
    /// The first place at which a condition holds that holds from there on.
    func partitioningIndex(where holds: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension NativeHistogram {
    /// The value that a share of all observations does not exceed, from 0 to 1; nil where there are none.
    ///
    /// Within a bucket observations are taken to lie evenly, so the answer is off by a bucket's width at most.
    package func quantile(_ share: Double) -> Double? {
        guard count > 0 else { return nil }
        var rest = min(max(share, 0), 1) * Double(count) - Double(zeroCount)
        guard zeroCount == 0 || rest > 0, let last = buckets.last else { return 0 }
        for bucket in buckets {
            if rest <= Double(bucket.count) || bucket.index == last.index {
                let lower = ExponentialBuckets.upperBound(of: bucket.index - 1, schema: schema)
                let upper = ExponentialBuckets.upperBound(of: bucket.index, schema: schema)
                // No double is a bound of infinity's bucket, nor the upper one of that of the greatest number.
                guard lower.isFinite else { return lower }
                let last = min(upper, .greatestFiniteMagnitude)
                return lower + (last - lower) * (max(rest, 0) / Double(bucket.count))
            }
            rest -= Double(bucket.count)
        }
        return nil
    }
}
