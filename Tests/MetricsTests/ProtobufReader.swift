/// Reads delimited MetricFamily messages by the field numbers of prometheus/client_model; knows nothing of the writer.
struct ProtobufReader {
    struct Problem: Error {
        let field: Int
    }

    private let bytes: Bytes
    private var place: Int
    private let end: Int

    private init(_ bytes: Bytes, _ range: Range<Int>) {
        self.bytes = bytes
        place = range.lowerBound
        end = range.upperBound
    }

    static func families(_ bytes: Bytes) throws -> [ReadFamily] {
        var reader = ProtobufReader(bytes, 0..<bytes.count)
        var families: [ReadFamily] = []
        while reader.place < reader.end {
            var message = try reader.message()
            families.append(try message.family())
        }
        return families
    }

    // MARK: Messages

    private mutating func family() throws -> ReadFamily {
        var family = ReadFamily()
        while let field = try key() {
            switch field {
            case 0o12: family.name = try content()
            case 0o22: family.help = try content()
            case 0o30: family.type = try varint()
            case 0o42:
                var metric = try message()
                family.metrics.append(try metric.metric())
            case 0o52: family.unit = try content()
            default: throw Problem(field: field)
            }
        }
        return family
    }

    private mutating func metric() throws -> ReadMetric {
        var metric = ReadMetric()
        while let field = try key() {
            var message = try message()
            switch field {
            case 0o12: metric.labels.append(try message.label())
            case 0o22:
                guard try message.key() == 0o11 else { throw Problem(field: field) }
                metric.gauge = try message.double()
            case 0o32: metric.counter = try message.counter()
            case 0o72: metric.histogram = try message.histogram()
            default: throw Problem(field: field)
            }
        }
        return metric
    }

    private mutating func label() throws -> [Bytes] {
        var label: [Bytes] = [[], []]
        while let field = try key() {
            guard field == 0o12 || field == 0o22 else { throw Problem(field: field) }
            label[field >> 3 - 1] = try content()
        }
        return label
    }

    private mutating func counter() throws -> ReadCounter {
        var counter = ReadCounter()
        while let field = try key() {
            switch field {
            case 0o11: counter.value = try double()
            case 0o22: counter.exemplar = try exemplar()
            case 0o32: counter.start = try timestamp()
            default: throw Problem(field: field)
            }
        }
        return counter
    }

    private mutating func histogram() throws -> ReadHistogram {
        var histogram = ReadHistogram()
        var native = ReadNative()
        var isNative = false
        var spans: [(offset: Int64, length: UInt64)] = []
        var deltas: [Int64] = []
        while let field = try key() {
            isNative = isNative || (0o50..<0o170).contains(field)
            switch field {
            case 0o10: histogram.count = try varint()
            case 0o21: histogram.sum = try double()
            case 0o32: histogram.buckets.append(try bucket())
            case 0o50: native.schema = try zigzag()
            case 0o61: native.zeroThreshold = try double()
            case 0o70: native.zeroCount = try varint()
            case 0o142: spans.append(try span())
            case 0o152:
                var packed = try message()
                while packed.place < packed.end { deltas.append(try packed.zigzag()) }
            case 0o172: histogram.start = try timestamp()
            case 0o202: histogram.exemplars.append(try exemplar())
            default: throw Problem(field: field)
            }
        }
        guard isNative else { return histogram }
        native.counts = try Self.expand(spans, deltas)
        histogram.native = native
        return histogram
    }

    private static func expand(_ spans: [(offset: Int64, length: UInt64)], _ deltas: [Int64]) throws -> [Int64: UInt64]
    {
        var counts: [Int64: UInt64] = [:]
        var index: Int64 = 0
        var count: Int64 = 0
        var rest = deltas[...]
        for span in spans {
            index += span.offset
            for _ in 0..<span.length {
                guard let delta = rest.popFirst() else { throw Problem(field: 0o152) }
                count += delta
                guard count >= 0 else { throw Problem(field: 0o152) }
                if count > 0 { counts[index] = UInt64(count) }
                index += 1
            }
        }
        guard rest.isEmpty else { throw Problem(field: 0o152) }
        return counts
    }

    private mutating func bucket() throws -> ReadBucket {
        var message = try message()
        var bucket = ReadBucket()
        while let field = try message.key() {
            switch field {
            case 0o10: bucket.count = try message.varint()
            case 0o21: bucket.bound = try message.double()
            case 0o32: bucket.exemplar = try message.exemplar()
            default: throw Problem(field: field)
            }
        }
        return bucket
    }

    private mutating func span() throws -> (offset: Int64, length: UInt64) {
        var message = try message()
        var span: (offset: Int64, length: UInt64) = (0, 0)
        while let field = try message.key() {
            switch field {
            case 0o10: span.offset = try message.zigzag()
            case 0o20: span.length = try message.varint()
            default: throw Problem(field: field)
            }
        }
        return span
    }

    private mutating func exemplar() throws -> ReadExemplar {
        var message = try message()
        var exemplar = ReadExemplar()
        while let field = try message.key() {
            switch field {
            case 0o12:
                var label = try message.message()
                exemplar.labels.append(try label.label())
            case 0o21: exemplar.value = try message.double()
            case 0o32: exemplar.timestamp = try message.timestamp()
            default: throw Problem(field: field)
            }
        }
        return exemplar
    }

    /// In milliseconds.
    private mutating func timestamp() throws -> Int64 {
        var message = try message()
        var seconds: Int64 = 0
        var nanos: Int64 = 0
        while let field = try message.key() {
            switch field {
            case 0o10: seconds = Int64(bitPattern: try message.varint())
            case 0o20: nanos = Int64(bitPattern: try message.varint())
            default: throw Problem(field: field)
            }
        }
        guard (0..<1_000_000_000).contains(nanos) else { throw Problem(field: 0o20) }
        return seconds &* 1000 &+ nanos / 1_000_000
    }

    // MARK: Wire format

    /// Field number and wire type, as octal digits; nil at the message's end.
    private mutating func key() throws -> Int? {
        place < end ? Int(try varint()) : nil
    }

    private mutating func varint() throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0 as UInt64, to: 64, by: 7) {
            guard place < end else { throw Problem(field: -1) }
            let byte = bytes[place]
            place += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw Problem(field: -1)
    }

    private mutating func zigzag() throws -> Int64 {
        let value = try varint()
        return Int64(value >> 1) ^ -Int64(value & 1)
    }

    private mutating func double() throws -> Bits {
        guard place + 8 <= end else { throw Problem(field: -1) }
        defer { place += 8 }
        return Bits(Double(bitPattern: (0..<8).reduce(0) { $0 | UInt64(bytes[place + $1]) << (8 * UInt64($1)) }))
    }

    private mutating func message() throws -> ProtobufReader {
        let length = try varint()
        guard length <= UInt64(end - place) else { throw Problem(field: -1) }
        defer { place += Int(length) }
        return ProtobufReader(bytes, place..<place + Int(length))
    }

    private mutating func content() throws -> Bytes {
        let message = try message()
        return Bytes(bytes[message.place..<message.end])
    }
}
