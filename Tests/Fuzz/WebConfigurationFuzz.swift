import Exporter

/// Feeds any bytes to the reader of web configurations: each text is a configuration or a list of problems, and nothing
/// traps.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzWebConfiguration(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    do throws(ConfigurationError) {
        _ = try WebConfiguration.read(Array(UnsafeBufferPointer(start: start, count: count)), folder: "/")
    } catch {
        precondition(!error.problems.isEmpty, "refused without a reason")
        for problem in error.problems { precondition(!problem.line(file: "f").isEmpty) }
    }
    return 0
}
