import Bytes
import TestSupport
import Testing

@testable import JSON

/// What is read at once against the same read piece by piece.
@Suite struct FastPathTests {
    private static let words = JSONWords(["id", "status", "created_by_end_user", "total_tokens", "x"])
    private static let keys = [
        "id", "status", "created_by_end_user", "total_tokens", "x", "details", "sta\\u0074us", "ü",
    ]
    private static let values = [
        "null", "true", "12", "-7.25", "1e3", #""plain""#, #""es\ncaped""#, "[1, {}]",
        #""be5929b0-fdd2-4de4-ac05-b976402eb140""#, #""BE5929b0-fdd2-4de4-ac05-b976402eb140""#, #""be5929b0""#, "}", "",
    ]

    /// An object as servers write them, or not quite.
    private func object(_ random: inout Seeded) -> [UInt8] {
        let isTight = random.below(3) == 0
        let members = (0..<random.below(7)).map { _ in
            let space = random.below(12) == 0 ? "\n " : isTight ? "" : " "
            let value = Self.values[random.below(Self.values.count - (random.below(8) == 0 ? 0 : 2))]
            return "\"\(Self.keys[random.below(Self.keys.count)])\":\(space)\(value)"
        }
        var bytes = Array("{\(members.joined(separator: isTight ? "," : ", "))}".utf8)
        switch random.below(8) {
        case 0: bytes.removeLast(random.below(bytes.count))
        case 1: bytes[random.below(bytes.count)] = UInt8(random.below(256))
        default: break
        }
        return bytes + Array(repeating: UInt8(ascii: " "), count: random.below(2) * 40)
    }

    /// What reading comes to, where it is guessed which key is next, or never.
    private func outcome(_ bytes: [UInt8], guesses: Bool) -> [String] {
        var outcome: [String] = []
        do throws(JSONError) {
            var reader = try JSONReader(bytes)
            var last = -1
            try reader.enterObject()
            while let key = try reader.nextKey(among: Self.words, probably: guesses ? last + 1 : -1) {
                if case .known(let place) = key { last = place }
                let kind = try reader.peek()
                outcome.append("\(key) \(kind) at \(reader.offset)")
                try reader.skipValue()
            }
            try reader.finish()
        } catch {
            outcome.append("\(error)")
        }
        return outcome
    }

    @Test func `a key that was guessed is the one that is read`() {
        var random = Seeded(1)
        for _ in 0..<30_000 {
            let bytes = object(&random)
            #expect(
                outcome(bytes, guesses: true) == outcome(bytes, guesses: false),
                "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    /// What came of one value, and where the reader stood then.
    private func outcome(
        _ bytes: [UInt8], _ read: (inout JSONReader) throws(JSONError) -> String?
    ) throws -> (result: String?, offset: Int) {
        var reader = try JSONReader(bytes)
        do throws(JSONError) {
            return (try read(&reader), reader.offset)
        } catch {
            return ("\(error)", reader.offset)
        }
    }

    @Test func `a value that is read at once is what its text says`() throws {
        var random = Seeded(2)
        for _ in 0..<30_000 {
            var bytes = Array(" \(Self.values[random.below(Self.values.count)]),".utf8)
            if random.below(3) == 0 { bytes[1 + random.below(bytes.count - 1)] = UInt8(random.below(256)) }
            let text = String(decoding: bytes, as: UTF8.self)
            let skipped = try outcome(bytes) { reader throws(JSONError) in
                try reader.skipStringOrNull() ? "skipped" : nil
            }
            let plain = try outcome(bytes) { reader throws(JSONError) in
                switch try reader.peek() {
                case .string: _ = try reader.readString()
                case .null: try reader.readNull()
                default: return nil
                }
                return "skipped"
            }
            #expect(
                skipped.result == plain.result && (plain.result != "skipped" || skipped.offset == plain.offset),
                "\(text)")

            let uuid = try outcome(bytes) { reader throws(JSONError) in
                guard let (value, _) = try reader.uuid() else { return nil }
                reader.takeUUID()
                return value.text
            }
            guard let found = uuid.result else { continue }
            let read = try outcome(bytes) { reader throws(JSONError) in try reader.readString() }
            #expect(read.result == found && read.offset == uuid.offset, "\(text)")
        }
    }

    @Test func `a UUID is 32 digits in lower case and four hyphens`() {
        var random = Seeded(3)
        for _ in 0..<20_000 {
            let uuid = CanonicalUUID(high: random.next(), low: random.next())
            var bytes = Array(uuid.text.utf8)
            #expect(CanonicalUUID(uuid.text) == uuid)
            #expect(uuid.digits == uuid.text.filter { $0 != "-" })
            bytes[random.below(bytes.count)] = UInt8(random.below(128))
            let text = String(decoding: bytes, as: UTF8.self)
            let isUUID = bytes.indices.allSatisfy { place in
                [8, 13, 18, 23].contains(place)
                    ? bytes[place] == UInt8(ascii: "-") : "0123456789abcdef".utf8.contains(bytes[place])
            }
            #expect(CanonicalUUID(text)?.text == (isUUID ? text : nil))
        }
        #expect(CanonicalUUID("") == nil)
        #expect(CanonicalUUID("be5929b0-fdd2-4de4-ac05-b976402eb1400") == nil)
        #expect(CanonicalUUID("be5929b0-fdd2-4de4-ac05-b976402eb14ü") == nil)
    }
}
