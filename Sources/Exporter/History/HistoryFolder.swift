import Bytes
import Platform
import Storage

/// The folder that a history is written to, by one process at a time: finished files, and a record of how far they go.
package struct HistoryFolder: Sendable {
    package let path: String
    private var disk: FolderDisk
    private let locks: FolderLocks

    private static let recordName = "backfill.state"
    private static let lockName = "backfill.lock"

    /// Takes the folder, which is made where it is missing.
    package init(_ path: String) throws(HistoryError) {
        let isLocked: Bool
        do throws(DiskError) {
            disk = try FolderDisk(folder: path)
            self.path = disk.folder
            locks = FolderLocks(path: disk.path(Self.lockName))
            isLocked = try locks.lock(Self.recordName)
        } catch {
            throw .folder(error)
        }
        guard isLocked else { throw .locked(path: path) }
    }

    /// Nil where there is none.
    package mutating func record() throws(HistoryError) -> HistoryRecord? {
        guard let bytes = try perform({ disk throws(DiskError) in try disk.read(Self.recordName) }) else { return nil }
        guard let record = HistoryRecord(encoded: bytes) else {
            throw .damagedRecord(path: disk.path(Self.recordName))
        }
        return record
    }

    package mutating func save(_ record: HistoryRecord) throws(HistoryError) {
        try perform { disk throws(DiskError) in try disk.replace(Self.recordName, with: record.encoded) }
    }

    /// Whether there is anything of a history.
    package var isTaken: Bool {
        names.contains { $0 == Self.recordName || HistoryRange.isPartName($0) }
    }

    /// Removes every file of a history.
    package mutating func clear() throws(HistoryError) {
        // The record first: without it nothing is taken for a history that can be gone on with.
        for name in [Self.recordName] + names.filter(HistoryRange.isPartName) {
            guard unlink(disk.path(name)) == 0 || errno == ENOENT else {
                throw .disk(DiskError(operation: "remove", path: disk.path(name)))
            }
        }
    }

    package func file(_ name: String) -> String { disk.path(name) }

    private var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names
    }

    private mutating func perform<Value>(
        _ work: (inout FolderDisk) throws(DiskError) -> Value
    ) throws(HistoryError) -> Value {
        do throws(DiskError) {
            return try work(&disk)
        } catch {
            throw .disk(error)
        }
    }
}

/// How far a history goes, and what it takes to go on with it.
package struct HistoryRecord: Hashable, Sendable {
    package let settings: HistorySettings
    /// The last moment that is in a finished file, Unix seconds; one before the first where none is finished.
    package var done: Int64
    /// What each app goes on from, by its name in the configuration. Empty before the first file.
    package var apps: [String: [UInt8]] = [:]
    /// The digests of all checkpoints that were left for `serve`, or were about to be.
    package var handedOver: [UInt64] = []

    private static let mark = Array("dify-exporter backfill 2\n".utf8)

    /// What tells a checkpoint from all others.
    package static func digest(of checkpoint: [UInt8]) -> UInt64 { FNV1a.hash64(checkpoint) }

    package init(settings: HistorySettings) {
        self.settings = settings
        done = settings.range.since - 1
    }

    package var encoded: [UInt8] {
        var writer = ByteWriter()
        settings.write(to: &writer)
        writer.signed(done)
        writer.list(apps.sorted { $0.key < $1.key }) { writer, app in
            writer.text(app.key)
            writer.list(app.value) { $0.byte($1) }
        }
        writer.list(handedOver) { $0.fixed($1) }
        let body = Self.mark + writer.bytes
        var end = ByteWriter()
        end.fixed(FNV1a.hash64(body))
        return body + end.bytes
    }

    /// Nil where the bytes are no whole record.
    package init?(encoded: [UInt8]) {
        guard encoded.count > Self.mark.count + 8, encoded.starts(with: Self.mark) else { return nil }
        do throws(ByteReader.Malformed) {
            var end = ByteReader(encoded[(encoded.count - 8)...])
            guard try end.fixed() == FNV1a.hash64(encoded.dropLast(8)) else { return nil }
            var reader = ByteReader(encoded[Self.mark.count..<(encoded.count - 8)])
            settings = try HistorySettings(from: &reader)
            done = try reader.signed()
            let entries = try reader.list { reader throws(ByteReader.Malformed) in
                (
                    try reader.text(),
                    try reader.list { reader throws(ByteReader.Malformed) in try reader.byte() }
                )
            }
            apps = Dictionary(entries) { first, _ in first }
            handedOver = try reader.list { reader throws(ByteReader.Malformed) in try reader.fixed() }
        } catch {
            return nil
        }
    }
}
