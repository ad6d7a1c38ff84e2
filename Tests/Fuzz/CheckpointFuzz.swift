import Bytes
import LogCollection

/// Feeds any bytes to the reader of checkpoints, as they are and as the content of a file whose checksum is right. What is
/// read must be written so that it is read as the same again; nothing may trap or take memory that the file does not fill.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCheckpoint(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let start, count >= 1 else { return 0 }
    let content = Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
    look(at: content)
    // Whoever can write to the storage can make a checksum too.
    look(at: file(version: UInt64(start[0] % 7), content))
    return 0
}

private func look(at file: [UInt8]) {
    guard let checkpoint = try? Checkpoint(encoded: file) else { return }
    let encoded = checkpoint.encoded
    guard let again = try? Checkpoint(encoded: encoded) else { preconditionFailure("what is written cannot be read") }
    precondition(again.encoded == encoded, "what is read again is another")
}

private func file(version: UInt64, _ content: [UInt8]) -> [UInt8] {
    var numbers = ByteWriter()
    numbers.fixed(version)
    numbers.fixed(UInt64(content.count))
    let body = Array("dify-exporter checkpoint\n".utf8) + numbers.bytes + content
    var end = ByteWriter()
    end.fixed(FNV1a.hash64(body))
    return body + end.bytes
}
