import Bytes
import DifyAPI

// A timeline as bytes, so that reading a history can go on in another process.

extension Timeline {
    func write(to writer: inout ByteWriter) {
        writer.signed(moment)
        totals.write(to: &writer)
        failureStreak.write(to: &writer)
        writer.unsigned(divertedSamples)
        writer.list(open.sorted { $0.key < $1.key }) { writer, entry in
            entry.key.write(to: &writer)
            entry.value.write(to: &writer)
        }
        writer.list(begins.sorted { $0.key < $1.key }) { writer, entry in
            entry.key.write(to: &writer)
            writer.signed(entry.value)
        }
        writer.list(events.inOrder) { $1.write(to: &$0) }
    }

    init(from reader: inout ByteReader, settings: CollectionSettings) throws(ByteReader.Malformed) {
        self.init(
            moment: try reader.signed(), totals: try RunTotals(from: &reader),
            failureStreak: try FailureStreak(from: &reader), divertedSamples: try reader.unsigned(),
            open: try reader.list { reader throws(ByteReader.Malformed) in
                (try LogID(from: &reader), try UnfinishedRun(from: &reader))
            },
            begins: try reader.list { reader throws(ByteReader.Malformed) in
                (try LogID(from: &reader), try reader.signed())
            },
            events: try reader.list { reader throws(ByteReader.Malformed) in try Event(from: &reader) },
            settings: settings)
    }
}

extension LogID {
    fileprivate static func < (left: LogID, right: LogID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension Timeline.Event {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.signed(second)
        id.write(to: &writer)
        switch kind {
        case .begin(let run):
            writer.unsigned(0)
            run.write(to: &writer)
        case .end(let counted):
            writer.unsigned(1)
            counted.write(to: &writer)
        case .abandon(let reason):
            writer.unsigned(2)
            writer.text(reason.rawValue)
        }
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        let (second, id) = (try reader.signed(), try LogID(from: &reader))
        switch try reader.unsigned() {
        case 0: self.init(second: second, id: id, kind: .begin(try UnfinishedRun(from: &reader)))
        case 1: self.init(second: second, id: id, kind: .end(try CountedRun(from: &reader)))
        case 2:
            guard let reason = RunTotals.AbandonReason(rawValue: try reader.text()) else {
                throw ByteReader.Malformed()
            }
            self.init(second: second, id: id, kind: .abandon(reason))
        default: throw ByteReader.Malformed()
        }
    }
}

extension CountedRun {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.optional(run.id) { $0.text($1.text) }
        writer.text(run.status.rawValue)
        writer.optional(run.elapsed) { $0.double($1) }
        for number in [run.tokens, run.steps, run.exceptions] { writer.unsigned(number) }
        writer.text(run.origin.createdFrom)
        writer.text(run.origin.triggeredFrom)
        writer.signed(run.finishedAt)
        writer.optional(reason) { $0.text($1) }
        writer.flag(isCounted)
        writer.signed(end)
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        let id = try reader.optional { reader throws(ByteReader.Malformed) in try reader.text() }
        guard let status = FinalStatus(rawValue: try reader.text()) else { throw ByteReader.Malformed() }
        let elapsed = try reader.optional { reader throws(ByteReader.Malformed) in try reader.double() }
        let run = FinishedRun(
            id: id.map { WrittenID($0) }, status: status, elapsed: elapsed, tokens: try reader.unsigned(),
            steps: try reader.unsigned(),
            exceptions: try reader.unsigned(),
            origin: RunOrigin(labelsFrom: try reader.text(), triggeredFrom: try reader.text()),
            finishedAt: try reader.signed())
        let reason = try reader.optional { reader throws(ByteReader.Malformed) in try reader.text() }
        self.init(run, reason: reason, isCounted: try reader.flag(), end: try reader.signed())
    }
}
