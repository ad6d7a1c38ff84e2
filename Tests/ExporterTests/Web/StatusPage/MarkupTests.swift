import Testing

@testable import Exporter

@Suite struct MarkupTests {
    @Test func `what means something in HTML is escaped`() {
        #expect(
            "<a href=\"x\" b='y'>&amp;</a>".escaped == "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;")
        #expect("Größe 🤖 plain".escaped == "Größe 🤖 plain")
        // A combining mark makes one character with what is before it.
        #expect("<\u{301}".escaped == "&lt;\u{301}")
    }

    @Test func `control characters are replaced`() {
        #expect("a\u{0}b\u{1b}c\u{7f}\r\nd\te".escaped == "a\u{fffd}b\u{fffd}c\u{fffd}\u{fffd}\nd\te")
    }

    @Test func `queries and paths hold what UR ls may hold`() {
        #expect("a b&c=d/é%\n".percentEncoded == "a%20b%26c%3Dd%2F%C3%A9%25%0A")
        #expect("/custom path/m".percentEncodedPath == "/custom%20path/m")
        #expect("az-AZ_09.~".percentEncoded == "az-AZ_09.~")
    }
}
