@testable import LogCollection

/// Feeds a pattern, up to the first line feed, and a text to our own engine: each pattern is refused with a reason or matched
/// in time, and nothing may trap or fill the memory.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPattern(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let source = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    do throws(TextPattern.Problem) {
        _ = try TextPattern(source).occurs(in: Array(bytes.dropFirst(source.utf8.count + 1)))
    } catch {
        precondition(!error.message.isEmpty, "refused without a reason")
    }
    return 0
}
