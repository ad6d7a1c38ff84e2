import CivilTime

/// Feeds any text to the readers of dates and durations: what is read must be written so that it is read as the same again,
/// and nothing may trap.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDates(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    let now = UnixTime(seconds: 1_780_000_000)
    // Beyond these neither form has a way to write a moment.
    let years1To9999 = UnixTime(seconds: -62_135_596_800)...UnixTime(seconds: 253_402_300_799)
    if let date = UnixTime(httpDate: text, now: now), years1To9999.contains(date) {
        precondition(UnixTime(httpDate: date.httpDate, now: now) == date, "another HTTP date: \(date.httpDate)")
    }
    if let date = UnixTime(iso8601: text), years1To9999.contains(date) {
        precondition(UnixTime(iso8601: date.iso8601) == date, "another moment: \(date.iso8601)")
    }
    if let span = Duration(prometheus: text) {
        precondition(span >= .zero && Duration(prometheus: span.prometheusText) == span, "another duration: \(span)")
    }
    return 0
}
