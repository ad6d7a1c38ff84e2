import Foundation
import Testing

@testable import Exporter

/// The configurations that the deployments bring along.
@Suite struct ExampleConfigurationsTests {
    @Test(arguments: ["kubernetes/settings/config.json", "systemd/config.json"]) func `they are valid`(path: String)
        throws
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

    @Test func `the web configurations that are shown are valid`() throws {
        let root = URL(filePath: #filePath).appending(path: "../../../..").standardized
        let example = try Data(contentsOf: root.appending(path: "deploy/web-config.example.json"))
        let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let block = try #require(
            readme.split(separator: "```jsonc\n").last { $0.contains("tls_server_config") }?.split(separator: "```")
                .first)
        for text in [Array(example), Array(block.utf8)] {
            let configuration = try WebConfiguration.read(text, folder: "/etc/dify-exporter")
            #expect(configuration.tls?.clientCertificate == .verified)
            #expect(configuration.users.keys.sorted() == ["prometheus"])
        }
    }
}
