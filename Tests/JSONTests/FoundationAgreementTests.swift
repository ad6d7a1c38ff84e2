import Foundation
import JSON
import TestSupport
import Testing

/// The reader against Foundation's, on documents made at random from a fixed seed.
@Suite struct FoundationAgreementTests {
    @Test func `generated documents read alike`() async throws {
        let different: String? = try await Workbench.computing.run {
            var generator = DocumentGenerator(seed: 20_261_122)
            for _ in 0..<100_000 {
                let text = generator.document()
                let expected = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
                let document = try JSONDocument(Array(text.utf8))
                guard isEqual(document.root.value, expected) else { return text }
            }
            return nil
        }
        #expect(different == nil)
    }

    @Test func `damaged documents are refused where foundation refuses`() async throws {
        let refused = try await Workbench.computing.run { refusedOfDamaged(20_000) }
        #expect(try #require(refused) > 5_000)
    }

    /// How many of so many damaged documents are refused; nil after one that only Foundation refuses.
    private func refusedOfDamaged(_ count: Int) -> Int? {
        var generator = DocumentGenerator(seed: 7)
        var refused = 0
        for _ in 0..<count {
            let bytes = generator.damaged(Array(generator.document().utf8))
            let foundationAccepts =
                (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
            let document = try? JSONDocument(bytes)
            let isAccepted = document.map { hasOnlyFiniteNumbers($0.root.value) } ?? false
            // Foundation refuses numbers beyond a double's range, which RFC 8259 leaves open. Otherwise it is the laxer
            // of the two (it takes other encodings, for one), so only one direction must hold.
            if isAccepted, !foundationAccepts {
                Issue.record("accepted although Foundation refuses: \(String(decoding: bytes, as: UTF8.self))")
                return nil
            }
            refused += isAccepted ? 0 : 1
        }
        return refused
    }

    private func hasOnlyFiniteNumbers(_ value: JSONValue) -> Bool {
        switch value {
        case .number(let number): number.double.isFinite
        case .array(let elements): elements.allSatisfy { hasOnlyFiniteNumbers($0.value) }
        case .object(let members): members.allSatisfy { hasOnlyFiniteNumbers($0.node.value) }
        case .null, .bool, .string: true
        }
    }

    private func isEqual(_ value: JSONValue, _ other: Any) -> Bool {
        switch (value, other) {
        case (.null, is NSNull): return true
        case (.string(let text), let other as String): return Array(text.utf8) == Array(other.utf8)
        case (.bool(let flag), let other as NSNumber): return other.boolValue == flag
        case (.number(let number), let other as NSNumber):
            // A long fraction comes as NSDecimalNumber, whose doubleValue is off in the last digits; its text is exact.
            return number.double == Double(other.description) && (number.int64.map { $0 == other.int64Value } ?? true)
        case (.array(let elements), let other as [Any]):
            return elements.count == other.count && zip(elements, other).allSatisfy { isEqual($0.value, $1) }
        case (.object(let members), let other as [String: Any]):
            // Of repeated keys Foundation keeps one; the generator makes none.
            return members.count == other.count
                && members.allSatisfy { member in other[member.key].map { isEqual(member.node.value, $0) } ?? false }
        default: return false
        }
    }
}

/// Small random documents that use every kind of value, escape and white space.
private struct DocumentGenerator {
    private var random: SplitMix
    private var serial = 0

    init(seed: UInt64) {
        random = SplitMix(state: seed)
    }

    mutating func document() -> String {
        space() + value(depth: 0) + space()
    }

    mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let position = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes.remove(at: position)
        case 1: bytes.insert(UInt8.random(in: 0x20...0x7e, using: &random), at: position)
        default: bytes[position] = UInt8.random(in: 0x20...0x7e, using: &random)
        }
        return bytes
    }

    private mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<(depth < 4 ? 8 : 6), using: &random) {
        case 0: return "null"
        case 1: return Bool.random(using: &random) ? "true" : "false"
        case 2, 3: return number()
        case 4, 5: return string()
        case 6:
            let elements = (0..<Int.random(in: 0..<5, using: &random)).map { _ in
                space() + value(depth: depth + 1) + space()
            }
            return "[" + elements.joined(separator: ",") + (elements.isEmpty ? space() : "") + "]"
        default:
            let members = (0..<Int.random(in: 0..<5, using: &random)).map { _ in
                serial += 1
                return "\(space())\"k\(serial)\"\(space()):\(space())\(value(depth: depth + 1))\(space())"
            }
            return "{" + members.joined(separator: ",") + "}"
        }
    }

    private mutating func number() -> String {
        let sign = Bool.random(using: &random) ? "-" : ""
        let whole = Int.random(in: 0...(Bool.random(using: &random) ? 9 : 1_000_000_000_000), using: &random)
        let fraction = Bool.random(using: &random) ? ".\(Int.random(in: 0..<1_000_000, using: &random))" : ""
        let exponent = Int.random(in: 0..<4, using: &random) == 0 ? "e\(Int.random(in: -20...20, using: &random))" : ""
        return sign + String(whole) + fraction + exponent
    }

    private mutating func string() -> String {
        let pieces = [
            "a", "Z", "0", " ", "é", "漢", "😀", #"\n"#, #"\""#, #"\\"#, #"\/"#, #"\u00e9"#, #"\ud83d\ude00"#, #"\t"#,
            "\u{7f}",
        ]
        let text = (0..<Int.random(in: 0..<9, using: &random)).map { _ in pieces.randomElement(using: &random)! }
        return "\"\(text.joined())\""
    }

    private mutating func space() -> String {
        ["", "", "", " ", "\n", "\t", "\r\n "].randomElement(using: &random)!
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
