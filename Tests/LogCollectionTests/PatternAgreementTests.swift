import Platform
import TestSupport
import Testing

@testable import LogCollection

/// Patterns mean what they mean to glibc, but for what the first test names and for zero bytes: glibc takes one for the end of
/// a pattern.
@Suite struct PatternAgreementTests {
    /// glibc finds each of these, against POSIX:
    /// - `^` matches behind a line feed that the pattern has read, and `$` before one that it reads next.
    /// - The copies that glibc makes of a group for `+` and `{2}` lose the anchors in it.
    @Test(arguments: [
        ("\n^b", "a\nb", false), ("a$\n", "a\nb", false), (".^", "a\nb", false),
        ("(\\<b){2}", "bb", false), ("(^[^a]){2,}", "bc", false), ("([ab]$){2}", "ab", false),
        ("(\\`.)+$", "ab", false),
    ])
    func `anchors hold at the ends of texts and words only`(pattern: String, text: String, expected: Bool) throws {
        #expect(try TextPattern(pattern).occurs(in: Array(text.utf8)) == expected)
    }

    #if canImport(Glibc)
        @Test(arguments: 1...4 as ClosedRange<UInt64>)
        func `patterns match what they match in glibc`(seed: UInt64) throws {
            var random = Seeded(seed)
            var (found, missed) = (0, 0)
            for _ in 0..<5000 {
                let pattern = RandomPattern(&random)
                let own = try TextPattern(pattern.source)
                let glibc = try #require(GlibcPattern(pattern.source), "\(pattern.source.debugDescription)")
                for _ in 0..<4 {
                    let text = randomText(&random, hasLines: !pattern.hasAnchor)
                    let occurs = glibc.occurs(in: text)
                    #expect(
                        own.occurs(in: Array(text.utf8)) == occurs,
                        "\(pattern.source.debugDescription) in \(text.debugDescription)")
                    if occurs { found += 1 } else { missed += 1 }
                }
            }
            #expect(found > 5000 && missed > 5000)
        }

        @Test(arguments: 1...4 as ClosedRange<UInt64>)
        func `what glibc refuses is refused, and nothing else but other dialects`(seed: UInt64) throws {
            let pieces = [
                "a", "b", "Z", "_", "z", "é", " ", "\n", "0", "2", "5", ",", ":", "=", ".", "-", "-", "|", "*", "+",
                "?", "(", "(", ")", "[", "[", "]", "]", "{", "}", "^", "$", "\\", "\\<", "[^", "[]", "[:alpha:]",
                "[:digit:]", "[:alpah:]", "[.a.]", "[.ab.]", "[=b=]", "{2}", "{2,1}", "{1,}",
            ]
            var random = Seeded(seed)
            var (taken, refused) = (0, 0)
            for _ in 0..<5000 {
                let isCaseless = random.below(4) == 0
                let source = (0..<(1 + random.below(8))).reduce(into: isCaseless ? "(?i)" : "") { source, _ in
                    source += pieces[random.below(pieces.count)]
                }
                let problem = problem(source)
                if let problem, !problem.hasPrefix("is not a pattern: ") { continue }
                #expect(
                    (GlibcPattern(source) == nil) == (problem != nil),
                    "\(source.debugDescription): \(problem ?? "taken")")
                if problem == nil { taken += 1 } else { refused += 1 }
            }
            #expect(taken > 500 && refused > 500)
        }

        private func problem(_ source: String) -> String? {
            do throws(TextPattern.Problem) {
                _ = try TextPattern(source)
                return nil
            } catch {
                return error.message
            }
        }

        /// A pattern as glibc compiles it.
        private final class GlibcPattern {
            private var compiled = regex_t()

            /// Nil where glibc refuses it.
            init?(_ source: String) {
                let isCaseless = source.hasPrefix("(?i)")
                let flags = REG_EXTENDED | REG_NOSUB | (isCaseless ? REG_ICASE : 0)
                guard regcomp(&compiled, String(source.dropFirst(isCaseless ? 4 : 0)), flags) == 0 else { return nil }
            }

            deinit {
                regfree(&compiled)
            }

            func occurs(in text: String) -> Bool {
                regexec(&compiled, text, 0, nil, 0) == 0
            }
        }
    #endif

    private func randomText(_ random: inout Seeded, hasLines: Bool) -> String {
        let pieces = ["a", "a", "b", "b", "c", "A", "B", "_", " ", ".", "é", "1", "-", "]", "}", "^", "\n"]
        return (0..<random.below(9)).reduce(into: "") { text, _ in
            text += pieces[random.below(pieces.count - (hasLines ? 0 : 1))]
        }
    }
}

/// A small pattern that glibc matches in time: nothing is repeated without end that may match nothing, and no repetition is
/// repeated but as a group.
private struct RandomPattern {
    private(set) var source: String
    private(set) var hasAnchor = false

    private struct Part {
        var source: String
        var mayBeEmpty: Bool
        var hasAnchor = false
    }

    init(_ random: inout Seeded) {
        let part = Self.alternatives(&random, depth: 2)
        source = (random.below(4) == 0 ? "(?i)" : "") + part.source
        hasAnchor = part.hasAnchor
    }

    private static func alternatives(_ random: inout Seeded, depth: Int) -> Part {
        var whole = sequence(&random, depth: depth)
        while random.below(4) == 0 {
            let next = sequence(&random, depth: depth)
            whole.source += "|" + next.source
            whole.mayBeEmpty = whole.mayBeEmpty || next.mayBeEmpty
            whole.hasAnchor = whole.hasAnchor || next.hasAnchor
        }
        return whole
    }

    private static func sequence(_ random: inout Seeded, depth: Int) -> Part {
        var whole = Part(source: "", mayBeEmpty: true)
        for _ in 0..<random.below(4) {
            let next = item(&random, depth: depth)
            whole.source += next.source
            whole.mayBeEmpty = whole.mayBeEmpty && next.mayBeEmpty
            whole.hasAnchor = whole.hasAnchor || next.hasAnchor
        }
        return whole
    }

    private static func item(_ random: inout Seeded, depth: Int) -> Part {
        let anchors = ["^", "$", "\\<", "\\>", "\\`", "\\'"]
        let sets = [
            ".", "[ab]", "[^a]", "[a-c]", "[[:alpha:]]", "[^[:space:]]", "[]a]", "[^]a-]", "[_-~]", "[B-_]",
            "[[.a.]-b]", "[[=b=]x]", "[[:upper:][:digit:]]", "[[:lower:]_]", "[[:punct:]]", "[é]",
        ]
        let characters = ["a", "a", "b", "b", "c", "A", "_", " ", "\\.", "é", "1", "-", "}", "]"]
        switch random.below(10) {
        case 0: return Part(source: anchors[random.below(anchors.count)], mayBeEmpty: true, hasAnchor: true)
        case 1...3 where depth > 0:
            var group = alternatives(&random, depth: depth - 1)
            group.source = "(\(group.source))"
            return repeated(group, &random)
        case 4, 5: return repeated(Part(source: sets[random.below(sets.count)], mayBeEmpty: false), &random)
        default:
            return repeated(Part(source: characters[random.below(characters.count)], mayBeEmpty: false), &random)
        }
    }

    private static func repeated(_ part: Part, _ random: inout Seeded) -> Part {
        guard random.below(5) < 2 else { return part }
        let repetitions = ["*", "?", "{0}", "{2}", "{,2}", "{0,1}", "{1,3}", "+", "{2,}", "{,}"]
        // As far as the part allows: see `RandomPattern`, and the anchors that glibc's copies lose.
        let allowed =
            switch (part.mayBeEmpty, part.hasAnchor) {
            case (true, true): repetitions[1..<2]
            case (false, true): repetitions[0..<2]
            case (true, false): repetitions[1..<7]
            case (false, false): repetitions[...]
            }
        let repetition = allowed[allowed.startIndex + random.below(allowed.count)]
        let admitsNone = ["?", "*", "{0}", "{,2}", "{0,1}", "{,}"].contains(repetition)
        return Part(
            source: part.source + repetition, mayBeEmpty: part.mayBeEmpty || admitsNone, hasAnchor: part.hasAnchor)
    }
}
