import Bytes

/// What is written down of an app: its state, and whose it is.
///
/// The file is a mark, a version, the length and the bytes of the content, and a checksum over all of these. One that is
/// shorter, longer or altered anywhere is recognised, and one of a later version is refused rather than guessed at.
package struct Checkpoint: Hashable, Sendable {
    package var identity: Identity
    package var state: AppState

    /// Whose numbers these are.
    package struct Identity: Hashable, Sendable {
        /// The app's name in the configuration.
        package var name: String
        package var baseURL: String
        /// The name that Dify gives to the app; nil before it was asked.
        package var difyName: String?

        package init(name: String, baseURL: String, difyName: String?) {
            self.name = name
            self.baseURL = baseURL
            self.difyName = difyName
        }
    }

    package enum Problem: Error, Hashable, Sendable {
        /// Cut short, altered, or not a checkpoint at all.
        case damaged
        case newerVersion(UInt64)
    }

    package init(identity: Identity, state: AppState) {
        self.identity = identity
        self.state = state
    }

    private static let mark = Array("dify-exporter checkpoint\n".utf8)
    private static let version: UInt64 = 5

    package var encoded: [UInt8] {
        var content = ByteWriter()
        identity.write(to: &content)
        state.write(to: &content)
        var file = ByteWriter()
        file.append(Self.mark)
        file.fixed(Self.version)
        file.fixed(UInt64(content.bytes.count))
        file.append(content.bytes)
        file.fixed(FNV1a.hash64(file.bytes))
        return file.bytes
    }

    /// The checksum that a file which was encoded here ends with: equal files have equal ones.
    static func checksum(of file: [UInt8]) -> UInt64 {
        file.suffix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    package init(encoded file: [UInt8]) throws(Problem) {
        let head = Self.mark.count + 16
        guard file.count >= head + 8, file.starts(with: Self.mark) else { throw .damaged }
        do {
            var numbers = ByteReader(file[Self.mark.count..<head])
            let (version, length) = (try numbers.fixed(), try numbers.fixed())
            var end = ByteReader(file[(file.count - 8)...])
            guard length == UInt64(file.count - head - 8), try end.fixed() == FNV1a.hash64(file.dropLast(8)) else {
                throw Problem.damaged
            }
            // Known only after the checksum: a damaged number must not pass for a version of the future.
            guard version <= Self.version else { throw Problem.newerVersion(version) }
            var content = ByteReader(file[head..<(file.count - 8)])
            identity = try Identity(from: &content)
            state = try AppState(from: &content, version: version)
            guard content.isAtEnd else { throw Problem.damaged }
        } catch let problem as Problem {
            throw problem
        } catch {
            throw .damaged
        }
    }
}

extension Checkpoint.Identity {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.text(name)
        writer.text(baseURL)
        writer.optional(difyName) { $0.text($1) }
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        name = try reader.text()
        baseURL = try reader.text()
        difyName = try reader.optional { reader throws(ByteReader.Malformed) in try reader.text() }
    }
}
