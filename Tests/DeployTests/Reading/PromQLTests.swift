import Testing

/// The reader of expressions that the rules for dashboards and alerts stand on.
@Suite struct PromQLTests {
    @Test func `selectors come with matchers window and call`() {
        let selectors = PromQL(#"sum by (app) (rate(a_total{x="1", y=~"$y"}[$__rate_interval] offset 1w)) / b:c > 0"#)
            .selectors
        #expect(
            selectors == [
                .init(name: "a_total", matchers: [#"x="1""#, #"y=~"$y""#], window: "$__rate_interval", call: "rate"),
                .init(name: "b:c"),
            ])
    }

    @Test func `labels of groupings are no metrics`() {
        #expect(
            PromQL("a + on (app, job) group_left () b unless ignoring (x) c").selectors.map(\.name) == ["a", "b", "c"])
    }

    @Test func `the innermost call counts`() {
        #expect(PromQL("round(sum(increase(a_total[1h])))").selectors.map(\.call) == ["increase"])
        #expect(PromQL("count(up) or vector(0)").selectors == [.init(name: "up", call: "count")])
    }

    @Test func `text in quotes is no metric`() {
        #expect(PromQL(#"a{x="b{c}[d]"}"#).selectors == [.init(name: "a", matchers: [#"x="b{c}[d]""#])])
    }
}
