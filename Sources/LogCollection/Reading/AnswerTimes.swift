import CivilTime

/// How long one app's Dify takes for its answers: a count over the whole log for each request, and something for each row
/// (dify-logs-api, observation 10). Learnt from the latest answers.
struct AnswerTimes: Sendable {
    /// Oldest first.
    private var latest: [Sample] = []
    /// What the latest answers took, by what was expected of each; 1 is as expected.
    private var ratios: [Double] = []
    /// By how much the share of requests that can wait is divided at present.
    private(set) var strain = 1.0

    private struct Sample: Sendable {
        let rows: Double
        let seconds: Double
    }

    /// Seconds that a request takes without rows, and seconds for each row.
    struct Price: Equatable, Sendable {
        let request: Double
        let row: Double
    }

    private static let memory = 48
    /// Fewer answers do not tell what is usual.
    private static let enough = 8
    /// Until answers of different lengths have told, a request is worth this many rows: some 17 ms and more against 1.7 ms.
    private static let presumedRows = 20.0
    /// The weight of the presumed price beside what answers of different lengths tell, in rows squared.
    private static let weightOfPresumed = 25.0
    /// At most this much is the share divided by.
    static let greatestStrain = 12.0
    /// What an answer may take beyond what is usual, however alike answers are: as a part of that, and in seconds. Nobody notices a
    /// delay of fewer milliseconds, while answers that take few of them differ by a multiple for no reason.
    private static let leastTolerance = (ratio: 0.05, seconds: 0.02)

    /// Takes note of an answer with so many rows.
    mutating func note(rows: Int, took: Duration) {
        let sample = Sample(rows: Double(rows), seconds: max(took.secondsValue, 1e-6))
        if let price {
            let expected = max(price.request + price.row * sample.rows, 1e-9)
            let ratio = sample.seconds / expected
            adjustStrain(to: ratio, of: expected)
            ratios = ratios.suffix(Self.memory - 1) + [ratio]
        }
        latest = latest.suffix(Self.memory - 1) + [sample]
    }

    /// An answer that did not come: the server has more to do than it can.
    mutating func noteFailure() {
        strain = min(strain * 2, Self.greatestStrain)
    }

    /// Nil before anything was answered.
    var price: Price? {
        guard !latest.isEmpty else { return nil }
        let count = Double(latest.count)
        let meanRows = latest.reduce(0) { $0 + $1.rows } / count
        let meanSeconds = latest.reduce(0) { $0 + $1.seconds } / count
        // Something beside the answers, so that those of one length do not divide by nothing.
        let presumed = meanSeconds / (meanRows + Self.presumedRows)
        var (together, alone) = (Self.weightOfPresumed * presumed, Self.weightOfPresumed)
        for sample in latest {
            together += (sample.rows - meanRows) * (sample.seconds - meanSeconds)
            alone += (sample.rows - meanRows) * (sample.rows - meanRows)
        }
        // A request costs something, and so does a row.
        let row = min(max(together / alone, presumed / 10), meanSeconds / max(meanRows, 1) * 0.99)
        return Price(request: max(meanSeconds - row * meanRows, 0), row: row)
    }

    /// Slower answers than usual double the strain, others take some of it away. `expected` is in seconds.
    private mutating func adjustStrain(to ratio: Double, of expected: Double) {
        guard ratios.count >= Self.enough else { return }
        let sorted = ratios.sorted()
        let (low, middle) = (sorted[sorted.count / 10], sorted[sorted.count / 2])
        // The faster half shows how much answers differ where nobody else is in the way.
        let tolerance = max(
            3 * (middle - low), Self.leastTolerance.ratio * middle, Self.leastTolerance.seconds / expected)
        strain = ratio > middle + tolerance ? min(strain * 2, Self.greatestStrain) : max(strain * 0.93, 1)
    }
}
