import TestSupport
import Testing

@testable import LogCollection

@Suite struct TextPatternTests {
    private static let tooLarge = "is too large: with its repetitions it stands for more than 1000 characters"

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
        ("a)b", "a)b", true), ("a{,}b", "b", true), ("a{0}b{2,}", "abb", true), ("(ab|)c{2}$", "acc", true),
        ("[[.-.][=x=]]{2}", "x-", true), ("[[.[.]-a]", "\\", true), ("[+--]", ",", true),
        ("^(a|b{2}|[cd]+)*$", "abbdca", true), ("^(a|b{2}|[cd]+)*$", "abdca", false),
        ("(^|,)x(,|$)", "y,x", true), ("(^|,)x(,|$)", "yx", false), ("a^b|a$b", "ab", false),
        ("\\<key\\>", "a key.", true), ("\\<key\\>", "a_key keys", false), ("\\`a\\'", "a", true), ("\\'a", "a", false),
        ("", "", true), ("^$", "", true), ("^$", "x", false), (".", "", false), ("a.b", "a\nb", true),
    ])
    func `a pattern occurs anywhere in a text`(pattern: String, text: String, expected: Bool) throws {
        #expect(try occurs(pattern, in: text) == expected)
    }

    @Test func `case matters unless the pattern says otherwise`() throws {
        #expect(try !occurs("insufficient balance", in: "Insufficient Balance"))
        #expect(try occurs("(?i)insufficient balance", in: "Insufficient Balance"))
        #expect(try occurs("(?i)^[a-c][^d][[:lower:]]$", in: "BaX"))
        #expect(try !occurs("(?i)[^d]", in: "dD"))
        #expect(try !occurs("(?i)É", in: "é"))
    }

    @Test func `a zero byte ends neither a text nor a pattern`() throws {
        #expect(try occurs("b$", in: "a\0b"))
        #expect(try occurs("^a\0b$", in: "a b"))
        #expect(try !occurs("a\0b", in: "ac"))
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

    @Test(arguments: [
        ("(a", "unmatched ("), ("a)b(", "unmatched ("), ("[a", "unmatched ["), ("[]", "unmatched ["),
        ("[a-", "unmatched ["),
        ("[[:alpha:", "unmatched ["),
        ("[z-a]", "bad range within [ ]; put - last for the character"),
        ("[a-c-e]", "bad range within [ ]; put - last for the character"),
        ("[a-[:digit:]]", "bad range within [ ]; put - last for the character"),
        ("(?i)[Z-a]", "bad range within [ ]; put - last for the character"),
        ("[[:letter:]]", "[: :] names no class; there are [:alpha:], [:digit:], [:space:] and others"),
        ("[[.ab.]]", "[. .] and [= =] hold one ASCII character"),
        ("a{2,1}", "a repetition counts down, as in {5,2}"),
        ("*a", "* has nothing before it to repeat"), ("a|*b", "* has nothing before it to repeat"),
        ("(*a)", "* has nothing before it to repeat"), ("^*", "* has nothing before it to repeat"),
        ("a$+", "+ has nothing before it to repeat"), ("\\<?", "? has nothing before it to repeat"),
        ("{2}", "{ has nothing before it to repeat"),
    ])
    func `what is no pattern is refused`(pattern: String, expected: String) {
        #expect(message(pattern) == "is not a pattern: \(expected)")
    }

    @Test(arguments: [
        "(((a{1,100}){1,100}){1,100})", "a{1001}", "(a{1,999}){1,9}",
        "a{99999}b", "aa{9223372036854775807}", "a{9223372036854775807,}",
        "a{99999999999999999999999}", "a{1,99999999999999999999999}", "(a{30000}){30000}{30000}{30000}{30000}",
        "a{0}{1001}", "(){1001}", "(^a){501}", "(||||){1000}",
        "a" + String(repeating: "?", count: 100) + "{100}c", "a" + String(repeating: "?", count: 900) + "{100}c",
        String(repeating: "(", count: 20) + "a" + String(repeating: "?)", count: 20) + "{999}",
    ])
    func `repetitions that would fill the memory are refused`(pattern: String) {
        #expect(message(pattern) == Self.tooLarge)
    }

    @Test(arguments: [
        "a*?b", "a+?b", "a**", "(a*)?", "(a|b*)c*", "((a?b)+c?)+d", "(a*){2,5}", "()a", "(|a)b", "^$", "(x[^]]*)*",
        "(x|)+",
        "(a?|b?){1,}", "(^|a)+", "(\\<)*", "((a{0,3}b?){5})*", "(a|b{0})*", "((((((((((a+)+)+)+)+)+)+)+)+)+)+",
        "a{1000}", "[ab]{,1000}", "(((a)*)?){,1000}", "(ab|c){,333}", "^^$$",
        String(repeating: "(", count: 500) + String(repeating: ")", count: 500),
        String(repeating: "(", count: 333) + String(repeating: ")*", count: 333), String(repeating: "|", count: 1000),
    ])
    func `repetitions of what repeats, or of nothing, are taken`(pattern: String) {
        #expect(message(pattern) == nil)
    }

    @Test(arguments: [
        "(a+)+$", "(a|aa)+c", "(.*a){30}c", "(x+x+)+y", "(a?){400}a{400}c", "[ab]*a[ab]{12}c", "((a?){30}){30}c",
        "((a*){30}){30}c", "(a*){900}c", "(a*b*){400}c",
        "((a*)?(b*)?(a|ab)?){60}c", "(((a*)?(b*)?(a*)?(b*)?(a*)?(b*)?){20}c)*d",
        "((^|$|\\<|\\>|\\`|\\'|a)a){7}c", "(\\<a|\\>b|\\<ab|a\\>|b$|^ab){7}c",
        "[ab]*a[ab]{100}c", "[ab]*a[ab]{900}c", ".*[0-9].{50}x", "((a*)?(b*)?)*c", "(((a*)*)*)*c", "((a*)?){,999}c",
        String(repeating: "(^|$|\\<|\\>|\\`|\\'|a)", count: 100) + "c",
        String(repeating: "(", count: 40) + "a" + String(repeating: "?|b?)*", count: 40) + "c",
        "a" + String(repeating: "?", count: 900) + "c",
    ])
    func `no text holds up a pattern`(pattern: String) throws {
        let pattern = try TextPattern(pattern)
        var random = Seeded(1)
        let words = ["error", "code", "429", "request", "a", "b", "7", ".", ":", "\n"]
        let texts =
            [
                String(repeating: "a", count: 4096),
                String((0..<4096).map { _ in random.below(2) == 0 ? "a" : "b" }),
                (0..<1000).map { _ in words[random.below(words.count)] }.joined(separator: " "),
            ]
        for text in texts {
            let examined = Array(text.utf8.prefix(4096))
            // A few milliseconds, or some seconds in a debug build. An engine that backtracks would take longer than the world
            // exists.
            #expect(threadTime { _ = pattern.occurs(in: examined) } < .seconds(20))
        }
    }

    @Test func `whatever is typed is taken or refused`() {
        let pieces = Array("ab()[]{},059\\^$|*+?-:=. (?i)")
        var random = Seeded(1)
        var taken = 0
        for _ in 0..<20_000 {
            let source = String((0..<(1 + random.below(12))).map { _ in pieces[random.below(pieces.count)] })
            guard let pattern = try? TextPattern(source) else { continue }
            taken += 1
            _ = pattern.occurs(in: Array("aab (b) 5,9 a-b:=. bbbaaa".utf8))
        }
        #expect(taken > 1000)
    }
}
