import Foundation
import Testing

@testable import Exporter

/// The configurations that the deployments bring along.
@Suite struct ExampleConfigurationsTests {
    @Test(arguments: ["kubernetes/settings/config.json", "systemd/config.json"]) func theyAreValid(path: String) throws
    {
        let file = URL(filePath: #filePath).appending(path: "../../../../deploy/\(path)").standardized
        let configuration = try Configuration.read(Array(try Data(contentsOf: file)))
        #expect(configuration.apps.map(\.displayName) == ["support-bot"])
        let keySource = try #require(configuration.apps.first?.keySource)
        guard case .file(let key) = keySource else {
            Issue.record("a key stands in the file itself")
            return
        }
        #expect(key.hasSuffix("support-bot"))
    }
}
