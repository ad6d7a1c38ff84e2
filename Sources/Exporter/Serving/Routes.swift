import Collection
import DifyAPI
import HTTPEndpoint

/// Answers the paths of the endpoint from what is in memory: nothing here waits for Dify.
package struct Routes: Sendable {
    let telemetryPath: String
    let service: ExporterService
    var board: SnapshotBoard { service.board }

    package init(telemetryPath: String, service: ExporterService) {
        self.telemetryPath = telemetryPath
        self.service = service
    }

    package func answer(_ request: HTTPRequest) async -> HTTPResponse {
        if request.path == "/-/reload" { return await reload(request) }
        let known = [telemetryPath, "/", "/api/v1/apps", "/-/healthy", "/-/ready"]
        guard known.contains(request.path) else {
            return .text(404, "There is nothing here. Metrics are at \(telemetryPath), the status page is at /.\n")
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            return methodNotAllowed(allow: "GET, HEAD")
        }
        switch request.path {
        case telemetryPath: return await metrics(request)
        case "/-/healthy": return .text(200, "dify-exporter is healthy.\n")
        case "/-/ready": return await readiness()
        case "/api/v1/apps": return await appsDocument(request)
        default: return await statusPage(request)
        }
    }

    /// Loads the configuration again, and says what came of it.
    private func reload(_ request: HTTPRequest) async -> HTTPResponse {
        guard request.method == "POST" else { return methodNotAllowed(allow: "POST") }
        switch await service.reload() {
        case .success(let plan): return .text(200, "The configuration was loaded, \(plan.description).\n")
        case .failure(let error):
            let reasons = error.lines.map { $0 + "\n" }.joined()
            return .text(500, "The configuration was not loaded, and the one before goes on:\n\(reasons)")
        }
    }

    private func methodNotAllowed(allow methods: String) -> HTTPResponse {
        var response = HTTPResponse.text(405, "This path answers \(methods).\n")
        response.headers.set("Allow", methods)
        return response
    }

    private func readiness() async -> HTTPResponse {
        let untried = await board.untried
        return untried == 0
            ? .text(200, "dify-exporter is ready.\n") : .text(503, "\(untried) apps have not been tried yet.\n")
    }
}
