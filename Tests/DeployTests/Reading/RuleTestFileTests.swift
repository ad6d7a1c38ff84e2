import Testing

/// The reader of test files that the coverage of alerts stands on.
@Suite struct RuleTestFileTests {
    @Test func `reads series and checks`() throws {
        let file = RuleTestFile(
            """
            tests:
              - name: one
                interval: 15m
                input_series:
                  - series: a{x="1"}
                    values: 0+4x2 _ _ 12x1
                alert_rule_test:
                  - alertname: Quiet
                    eval_time: 2h
                    exp_alerts: []
                  - alertname: Loud
                    eval_time: 90m
                    exp_alerts:
                      - exp_labels:
                          {app: a, instance: 'one:1', long: 1h}
                promql_expr_test:
                  - expr: a
                    eval_time: 5h
            """)
        let test = try #require(file.tests.first)
        #expect(file.tests.count == 1 && test.interval == .seconds(900))
        #expect(test.series.map(\.name) == ["a"] && test.series.map(\.length) == [7])
        #expect(test.checks.map(\.alert) == ["Quiet", "Loud"])
        #expect(test.checks.map(\.time) == [.seconds(7200), .seconds(5400)])
        #expect(test.checks[0].expected.isEmpty)
        #expect(test.checks[1].expected == [["app": "a", "instance": "one:1", "long": "1h"]])
        #expect(test.checks[1].expects(["long": "1h"]) && !test.checks[1].expects(["long": "6h"]))
    }

    @Test(
        arguments: [
            ("0+4x60 _ _ 252+4x57", [.resumed]), ("0+4x60 _ 0+4x57", [.reset]), ("5x3 _x3 5x3", [.resumed]),
            ("_x10 1+1x5", []), ("0x5 _ 0x5", []), ("0+1x9 3x5", []),
        ] as [(String, Set<InputSeries.Restart>)]
    )
    func `tells restarts apart`(values: String, restarts: Set<InputSeries.Restart>) {
        var series = InputSeries("a")
        series.read(values)
        #expect(series.restarts == restarts)
    }
}
