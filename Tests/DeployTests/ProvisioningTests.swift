import Testing

@Suite struct ProvisioningTests {
    @Test func `exemplars lead to runs and traces`() throws {
        let source = try ProjectFiles.text("deploy/grafana/provisioning/datasources/prometheus.yml")
        for label in ["run_id", "trace_id"] { #expect(source.contains("- name: \(label)\n")) }
        #expect(source.contains("$${__value.raw}"), "a single $ would be replaced when Grafana reads the file")
    }

    @Test func `prometheus loads every rule file`() throws {
        let configuration = try ProjectFiles.text("deploy/prometheus/prometheus.yml")
        for path in try ProjectFiles.paths(in: "deploy/prometheus", ".rules.yml") {
            #expect(configuration.contains("- \(path.split(separator: "/").last ?? "")\n"))
        }
    }
}
