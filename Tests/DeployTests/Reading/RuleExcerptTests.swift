import Testing

@Suite struct RuleExcerptTests {
    private static let file = """
        groups:
          - name: recorded
            rules:
              # About a and b.
              - record: app:a:sum
                labels: {x: y}
                expr: vector(1)
              - record: app:b:sum
                expr: |
                  app:a:sum
                  + 1

          - name: alerts
            rules:
              - alert: One
                expr: app:b:sum > 0
              - alert: Two
                expr: up
                annotations:
                  summary: '{{ with query "app:a:sum" }}'
              - alert: Three
                expr: up
        """

    private func names(of alerts: Set<String>) -> [String] {
        let excerpt = RuleExcerpt(alerts: alerts, of: RuleFile(Self.file).rules)
        return RuleFile(excerpt.text(of: Self.file)).rules.map(\.name)
    }

    @Test func `an alert has the recorded series that it is made of`() {
        #expect(names(of: ["One"]) == ["app:a:sum", "app:b:sum", "One"])
    }

    @Test func `an alert has the recorded series that its text asks for`() {
        #expect(names(of: ["Two"]) == ["app:a:sum", "Two"])
    }

    @Test func `an alert without any stands alone`() {
        #expect(names(of: ["Three"]) == ["Three"])
    }

    @Test func `what is wanted stays as it is`() {
        let excerpt = RuleExcerpt(alerts: ["One", "Two", "Three"], of: RuleFile(Self.file).rules)
        #expect(excerpt.text(of: Self.file) == Self.file)
    }

    @Test func `groups stay where no rule of theirs does`() {
        let excerpt = RuleExcerpt(alerts: ["Three"], of: RuleFile(Self.file).rules)
        #expect(excerpt.text(of: Self.file).contains("  - name: recorded\n    rules:\n"))
    }
}
