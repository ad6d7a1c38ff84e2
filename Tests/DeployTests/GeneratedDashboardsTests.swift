import Foundation
import Testing

/// The files in `dashboards` are written from `Dashboards/`. After a change there, run
/// `DIFY_WRITE_DASHBOARDS=1 swift test --filter GeneratedDashboardsTests`.
@Suite struct GeneratedDashboardsTests {
    static let all = [Dashboard.overview, .app, .exporter]

    @Test(arguments: all.map(\.uid)) func `committed file is what the generator makes`(uid: String) throws {
        let dashboard = try #require(Self.all.first { $0.uid == uid })
        let path = "dashboards/\(uid).json"
        if ProcessInfo.processInfo.environment["DIFY_WRITE_DASHBOARDS"] != nil {
            try Data(dashboard.json.text.utf8).write(to: ProjectFiles.url(path))
        }
        let committed = try ProjectFiles.text(path)
        #expect(
            committed == dashboard.json.text, "write it again: DIFY_WRITE_DASHBOARDS=1 swift test --filter Generated")
    }

    @Test func `every file has its generator`() throws {
        #expect(
            try ProjectFiles.paths(in: "dashboards", ".json") == Self.all.map { "dashboards/\($0.uid).json" }.sorted())
    }
}
