/// A number with NaN equal to itself, and zero different from minus zero.
struct Bits: Hashable {
    let pattern: UInt64

    init(_ value: Double) {
        pattern = (value.isNaN ? Double.nan : value).bitPattern
    }
}

/// Text by its bytes: Swift's String takes "é" and "e´" for equal, and Prometheus does not.
typealias Bytes = [UInt8]

struct ReadExemplar: Hashable {
    var labels: [[Bytes]] = []
    var value = Bits(0)
    /// Milliseconds.
    var timestamp: Int64?
}

// MARK: Text pages

struct ReadSample: Hashable {
    var name: Bytes
    var labels: [[Bytes]] = []
    var value = Bits(0)
    var exemplar: ReadExemplar?
}

struct ReadPage: Hashable {
    /// Lines such as HELP: keyword, name, text.
    var comments: [[Bytes]] = []
    var samples: [ReadSample] = []
    var hasEnd = false
}

// MARK: Protobuf pages

struct ReadFamily: Hashable {
    var name: Bytes = []
    var help: Bytes = []
    var type: UInt64 = 0
    var unit: Bytes?
    var metrics: [ReadMetric] = []
}

struct ReadMetric: Hashable {
    var labels: [[Bytes]] = []
    var gauge: Bits?
    var counter: ReadCounter?
    var histogram: ReadHistogram?
}

struct ReadCounter: Hashable {
    var value = Bits(0)
    var exemplar: ReadExemplar?
    var start: Int64?
}

struct ReadHistogram: Hashable {
    var count: UInt64 = 0
    var sum = Bits(0)
    var buckets: [ReadBucket] = []
    var native: ReadNative?
    var start: Int64?
    var exemplars: [ReadExemplar] = []
}

struct ReadBucket: Hashable {
    var count: UInt64 = 0
    var bound = Bits(0)
    var exemplar: ReadExemplar?
}

struct ReadNative: Hashable {
    var schema: Int64 = 0
    var zeroThreshold = Bits(0)
    var zeroCount: UInt64 = 0
    /// Of the buckets that are not empty.
    var counts: [Int64: UInt64] = [:]
}
