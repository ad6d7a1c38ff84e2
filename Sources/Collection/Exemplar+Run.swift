import Metrics

extension Exemplar {
    /// A finished run as the example of a count: where to look it up in Dify, and in a tracing system.
    ///
    /// `trace_id` is the run's id without its dashes, a trace id of W3C Trace Context. Nil unless the id is a UUID, as Dify's
    /// are: any other text would be whatever a server says. `second` is the run's end, in Unix seconds.
    init?(run id: String, value: Double, finishedAt second: Int64) {
        guard LogID.uuid(id.utf8) != nil, Self.plausibleSeconds.contains(second) else { return nil }
        let trace = String(decoding: id.lowercased().utf8.filter { $0 != UInt8(ascii: "-") }, as: UTF8.self)
        self.init(
            labels: [Label(name: "run_id", value: id), Label(name: "trace_id", value: trace)], value: value,
            timestamp: second * 1000)
    }

    /// The id of the run that this is of.
    var runID: String? {
        labels.first { $0.name == "run_id" }?.value
    }

    /// Up to the year 9999.
    private static let plausibleSeconds = Int64(0)..<253_402_300_800
}
