import TestSupport
import Testing

@testable import LogCollection

@Suite struct TextPatternTests {
    private static let tooLarge =
        "is too large: with its repetitions it stands for more than 1000 characters, where ^, $ or \\< stand for 20"

    private func occurs(_ pattern: String, in text: String) throws -> Bool {
        try TextPattern(pattern).occurs(in: Array(text.utf8))
    }

    private func message(_ pattern: String) -> String? {
        do throws(TextPattern.Problem) {
            _ = try TextPattern(pattern)
            return nil
        } catch {
            return error.message
        }
    }

    @Test(arguments: [
        ("balance", "insufficient balance", true),
        ("^balance", "insufficient balance", false),
        ("(rate|quota) exceeded", "the quota exceeded by 3", true),
        ("code [0-9]{3}$", "error code 402", true),
        ("code [0-9]{3}$", "error code 402.", false),
        ("a\\.b", "a.b", true), ("a\\.b", "axb", false),
        ("余额不足", "账户余额不足。", true),
        ("\\{\"code\": [0-9]{2,}}", "{\"code\": 429}", true), ("^a{,2}b", "aab", true),
        ("[]x]y", "]y", true), ("[^[:space:]]+@[^]]", "me@x", true),
    ])
    func `a pattern occurs anywhere in a text`(pattern: String, text: String, expected: Bool) throws {
        #expect(try occurs(pattern, in: text) == expected)
    }

    @Test func `case matters unless the pattern says otherwise`() throws {
        #expect(try !occurs("insufficient balance", in: "Insufficient Balance"))
        #expect(try occurs("(?i)insufficient balance", in: "Insufficient Balance"))
    }

    @Test func `a zero byte does not end a text`() throws {
        #expect(try occurs("b$", in: "a\0b"))
    }

    @Test func `texts that are not UTF 8 are matched byte by byte`() throws {
        #expect(try TextPattern("x.y").occurs(in: [0xff, 0x78, 0xfe, 0x79]))
    }

    @Test(arguments: [
        ("(?=a)b", "of the groups that begin with (? only (?i) is known, and only at the beginning"),
        ("a(?i)b", "of the groups that begin with (? only (?i) is known, and only at the beginning"),
        ("(a)\\1", "refers back with \\1, which is not supported"),
        ("\\d+", "has \\d, which POSIX patterns do not know; write [0-9]"),
        ("\\bword", "has \\b, which POSIX patterns do not know"),
        ("[\\w]", "has a backslash within [ ], where it would mean itself; put ] first and - last"),
        ("{\"code\": 5}", "has a { that begins no repetition such as {2,5}; write \\{ for the character"),
        ("a{x}(b)\\1", "has a { that begins no repetition such as {2,5}; write \\{ for the character"),
        ("end\\", "ends in a backslash; write \\\\ for one"),
    ])
    func `what is of another dialect is refused with the remedy`(pattern: String, expected: String) {
        #expect(message(pattern) == expected)
    }

    @Test(arguments: ["(a", "a)b(", "[a", "a{2,1}", "a{99999}b"])
    func `what is no pattern is refused`(pattern: String) {
        #expect(message(pattern) != nil)
    }

    @Test(arguments: [
        "(((a{1,100}){1,100}){1,100})", "a{1001}", "(a{1,999}){1,9}",
        "((((((((((a+)+)+)+)+)+)+)+)+)+)+", "aa{9223372036854775807}", "a{9223372036854775807,}",
        "a{99999999999999999999999}", "a{1,99999999999999999999999}", "(a{30000}){30000}{30000}{30000}{30000}",
    ])
    func `repetitions that would fill the memory are refused`(pattern: String) {
        #expect(message(pattern) == Self.tooLarge)
    }

    @Test(arguments: [
        "(((a*)*)*)*c", "((a*)?(b*)?)*", "(a?|b?){1,}", "(x|)+", "a**", "(^|a)+", "(\\<)*", "((a{0,3}b?){5})*",
        "(a|b{0})*",
        String(repeating: "(", count: 40) + "a" + String(repeating: "?|b?)*", count: 40),
    ])
    func `a round of items that match nothing is refused, as an engine would walk it in each way`(pattern: String) {
        #expect(
            message(pattern) == "repeats without end what may match nothing, as in (a*)*; write (a+)*, or a*")
    }

    @Test(arguments: [
        String(repeating: "(^|$|\\<|\\>|\\`|\\'|a)", count: 100), "(^|$|a){30}", String(repeating: "^a|", count: 51),
        String(repeating: "|", count: 1001),
    ])
    func `more anchors than an engine can mix are refused`(pattern: String) {
        #expect(message(pattern) == Self.tooLarge)
    }

    @Test(arguments: [
        "a*?b", "a+?b", "(a*)?", "(a|b*)c*", "((a?b)+c?)+d", "(a*){2,5}", "()a", "(|a)b", "^$", "(x[^]]*)*",
    ])
    func `what ends is taken`(pattern: String) {
        #expect(message(pattern) == nil)
    }

    @Test(arguments: [
        "(a+)+$", "(a|aa)+c", "(.*a){30}c", "(x+x+)+y", "(a?){400}a{400}c", "[ab]*a[ab]{12}c", "((a?){30}){30}c",
        "((a*){30}){30}c", "(a*){900}c", "(a*b*){400}c",
        "((a*)?(b*)?(a|ab)?){60}c", "(((a*)?(b*)?(a*)?(b*)?(a*)?(b*)?){20}c)*d",
        "((^|$|\\<|\\>|\\`|\\'|a)a){7}c", "(\\<a|\\>b|\\<ab|a\\>|b$|^ab){7}c",
    ])
    func `no text holds up a pattern`(pattern: String) throws {
        let pattern = try TextPattern(pattern)
        let texts = ["a", "x", "ab", "aab"].map { Array(String(repeating: $0, count: 4096).utf8.prefix(4096)) }
        let time = threadTime {
            for text in texts { _ = pattern.occurs(in: text) }
        }
        // An engine that backtracks would take longer than the world exists.
        #expect(time < .seconds(10))
    }

    @Test func `whatever is typed is taken or refused`() {
        let pieces = Array("ab()[]{},059\\^$|*+?-:=. (?i)")
        // Any numbers do, as long as they are the same each time (Knuth's generator for MMIX).
        var seed: UInt64 = 1
        func next(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        var taken = 0
        for _ in 0..<20_000 {
            let source = String((0..<(1 + next(12))).map { _ in pieces[next(pieces.count)] })
            guard let pattern = try? TextPattern(source) else { continue }
            taken += 1
            _ = pattern.occurs(in: Array("aab (b) 5,9 a-b:=. bbbaaa".utf8))
        }
        #expect(taken > 1000)
    }
}
