import Collection
import DifyAPI
import HTTPEndpoint

/// Answers the paths of the endpoint from what is in memory: nothing here waits for Dify.
package struct Routes: Sendable {
    let telemetryPath: String
    let board: SnapshotBoard
    /// The base URLs with the gates that requests to them wait at.
    let gates: [(baseURL: BaseURL, gate: RequestGate)]
    /// What came of loading the configuration, for whoever loads it again to note.
    package let loadings: ConfigurationLoadings

    package init(
        telemetryPath: String, board: SnapshotBoard, gates: [(baseURL: BaseURL, gate: RequestGate)],
        loadings: ConfigurationLoadings = ConfigurationLoadings()
    ) {
        self.telemetryPath = telemetryPath
        self.board = board
        self.gates = gates
        self.loadings = loadings
    }

    package func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let known = [telemetryPath, "/", "/-/healthy", "/-/ready"]
        guard known.contains(request.path) else {
            return .text(404, "There is nothing here. Metrics are at \(telemetryPath), the status page is at /.\n")
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            var response = HTTPResponse.text(405, "Only GET and HEAD are answered here.\n")
            response.headers.set("Allow", "GET, HEAD")
            return response
        }
        switch request.path {
        case telemetryPath: return await metrics(request)
        case "/-/healthy": return .text(200, "dify-exporter is healthy.\n")
        case "/-/ready": return await readiness()
        default: return await statusPage()
        }
    }

    private func readiness() async -> HTTPResponse {
        let untried = await board.untried
        return untried == 0
            ? .text(200, "dify-exporter is ready.\n") : .text(503, "\(untried) apps have not been tried yet.\n")
    }

    private func statusPage() async -> HTTPResponse {
        let page = StatusPage(snapshots: await board.all, telemetryPath: telemetryPath)
        return HTTPResponse(
            status: 200,
            headers: [
                "Content-Type": "text/html; charset=utf-8",
                "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
                "X-Content-Type-Options": "nosniff",
            ],
            body: Array(page.html.utf8))
    }
}
