import Bytes
import Testing

struct TextSearchTests {
    @Test(arguments: [
        ("https://here", "://", 5), ("a://b://c", "://", 1), ("::://", "://", 2), ("://", "://", 0), ("aab", "ab", 1),
        ("zwölf nach", " nach", 6),
    ])
    func `the first occurrence is found`(text: String, wanted: String, bytesBefore: Int) throws {
        let range = try #require(text.firstOccurrence(of: wanted))
        #expect(text[..<range.lowerBound].utf8.count == bytesBefore)
        #expect(text[range] == wanted)
        #expect(text.hasOccurrence(of: wanted))
    }

    @Test(arguments: [("https:/", "://"), ("", "a"), ("abc", "abcd"), ("abc", "")])
    func `what does not occur is not found, nor is nothing`(text: String, wanted: String) {
        #expect(text.firstOccurrence(of: wanted) == nil)
        #expect(!text.hasOccurrence(of: wanted))
    }

    @Test(arguments: [
        ("a--b", "--", ["a", "b"]), ("--", "--", ["", ""]), ("---", "--", ["", "-"]), ("abc", "--", ["abc"]),
        ("", "--", [""]),
    ])
    func `a text is cut at each occurrence`(text: String, separator: String, pieces: [String]) {
        #expect(text.pieces(between: separator).map(String.init) == pieces)
        #expect(text.dropFirst(0).pieces(between: separator).joined(separator: separator) == text)
    }

    @Test func `each occurrence is replaced once`() {
        #expect("it's 'so'".replacingOccurrences(of: "'", with: "'\\''") == "it'\\''s '\\''so'\\''")
        #expect("a-b".replacingOccurrences(of: "-", with: "--") == "a--b")
    }
}
