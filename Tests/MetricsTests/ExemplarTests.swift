import Testing

@testable import Metrics

@Suite struct ExemplarTests {
    @Test func `names and values together have 128 code points`() {
        func exemplar(_ value: String) -> Exemplar? {
            Exemplar(labels: [Label(name: "ab", value: "c"), Label(name: "d", value: value)], value: 1, timestamp: 0)
        }
        #expect(exemplar(String(repeating: "x", count: 124)) != nil)
        #expect(exemplar(String(repeating: "x", count: 125)) == nil)
        // Code points, not what a reader takes for one character: the family is five of them.
        #expect(exemplar(String(repeating: "漢", count: 124)) != nil)
        #expect(exemplar(String(repeating: "👨‍👩‍👧", count: 24)) != nil)
        #expect(exemplar(String(repeating: "👨‍👩‍👧", count: 25)) == nil)
    }

    @Test func `a run ID and its trace ID fit`() {
        let labels = [
            Label(name: "run_id", value: "01234567-89ab-cdef-0123-456789abcdef"),
            Label(name: "trace_id", value: "0123456789abcdef0123456789abcdef"),
        ]
        #expect(Exemplar(labels: labels, value: 1, timestamp: 0) != nil)
    }
}
