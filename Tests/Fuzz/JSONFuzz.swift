import DifyAPI
import JSON

/// Feeds any bytes to the JSON reader: reading and skipping must agree, a comment-tolerant reader must accept all that a
/// strict one does, what is accepted must survive being a page of logs or not, and nothing may trap.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let isAccepted = (try? JSONDocument(bytes)) != nil
    var isSkipped = false
    if var reader = try? JSONReader(bytes) {
        isSkipped = (try? reader.skipValue()) != nil && (try? reader.finish()) != nil
    }
    precondition(isAccepted == isSkipped, "reading and skipping differ")
    let isRelaxedAccepted = (try? JSONDocument(bytes, dialect: .withComments)) != nil
    precondition(!isAccepted || isRelaxedAccepted, "comments make a strict text unreadable")
    _ = try? LogPage(json: bytes)
    _ = try? AppInfo(json: bytes)
    return 0
}
