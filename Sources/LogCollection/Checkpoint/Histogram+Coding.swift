import Bytes
import DifyAPI
import Metrics

// The parts of a histogram within a checkpoint.

extension Histogram {
    func write(to writer: inout ByteWriter) {
        writer.list(bounds) { $0.double($1) }
        writer.list(counts) { $0.unsigned($1) }
        writer.double(sum)
        writer.optional(native) { $1.write(to: &$0) }
        writer.list(exemplars) { writer, exemplar in
            writer.optional(exemplar) { $1.write(to: &$0) }
        }
    }

    init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        let bounds = try reader.list { reader throws(ByteReader.Malformed) in try reader.double() }
        let counts = try reader.list { reader throws(ByteReader.Malformed) in try reader.unsigned() }
        let sum = try reader.double()
        let native = try reader.optional { reader throws(ByteReader.Malformed) in try NativeHistogram(from: &reader) }
        let exemplars = try reader.list { reader throws(ByteReader.Malformed) in
            try reader.optional { reader throws(ByteReader.Malformed) in try Exemplar(from: &reader) }
        }
        guard
            let histogram = Histogram(bounds: bounds, counts: counts, sum: sum, native: native, exemplars: exemplars)
        else { throw ByteReader.Malformed() }
        self = histogram
    }
}

extension NativeHistogram {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.signed(Int64(schema))
        writer.unsigned(zeroCount)
        writer.list(buckets) { writer, bucket in
            writer.signed(Int64(bucket.index))
            writer.unsigned(bucket.count)
        }
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        let (schema, zeroCount) = (try reader.signed(), try reader.unsigned())
        let buckets = try reader.list { reader throws(ByteReader.Malformed) in
            Bucket(index: Int(try reader.signed()), count: try reader.unsigned())
        }
        guard let native = NativeHistogram(schema: Int(schema), zeroCount: zeroCount, buckets: buckets) else {
            throw ByteReader.Malformed()
        }
        self = native
    }
}

extension Exemplar {
    /// The run's id stands for both labels. Every exemplar here is of a run.
    func write(to writer: inout ByteWriter) {
        writer.text(runID ?? "")
        writer.double(value)
        writer.signed(timestamp / 1000)
    }

    init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        let (id, value) = (try reader.text(), try reader.double())
        guard let exemplar = Exemplar(run: WrittenID(id), value: value, finishedAt: try reader.signed()) else {
            throw ByteReader.Malformed()
        }
        self = exemplar
    }
}
