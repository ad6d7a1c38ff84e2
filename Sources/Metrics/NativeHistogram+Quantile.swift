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
                // No double is the bound below infinity's bucket.
                return lower.isFinite ? lower + (upper - lower) * max(rest, 0) / Double(bucket.count) : lower
            }
            rest -= Double(bucket.count)
        }
        return nil
    }
}
