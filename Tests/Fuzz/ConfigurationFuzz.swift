import Exporter

/// Feeds any bytes to the configuration reader: each text is a configuration or a list of problems, and nothing traps.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzConfiguration(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    do throws(ConfigurationError) {
        _ = try Configuration.read(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        precondition(!error.problems.isEmpty, "refused without a reason")
    }
    return 0
}
