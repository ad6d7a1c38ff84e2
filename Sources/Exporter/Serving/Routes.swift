import Collection
import DifyAPI
import HTTPEndpoint
import Metrics

/// Answers the paths of the endpoint from what is in memory: nothing here waits for Dify.
package struct Routes: Sendable {
    let telemetryPath: String
    let board: SnapshotBoard
    /// The base URLs with the gates that requests to them wait at.
    let gates: [(baseURL: BaseURL, gate: RequestGate)]

    package init(telemetryPath: String, board: SnapshotBoard, gates: [(baseURL: BaseURL, gate: RequestGate)]) {
        self.telemetryPath = telemetryPath
        self.board = board
        self.gates = gates
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

    private func metrics(_ request: HTTPRequest) async -> HTTPResponse {
        let wanted = Set(request.query.filter { $0.name == "app" }.map(\.value))
        let snapshots = await board.all.filter { wanted.isEmpty || wanted.contains($0.name) }
        var families = snapshots.flatMap(\.families) + [BuildInfo.family]
        families.append(await throttledFamily())
        families += checkpointFamilies(snapshots)
        return HTTPResponse(
            status: 200, headers: ["Content-Type": ExpositionFormat.textV004.contentType],
            body: Exposition.encode(families, as: .textV004))
    }

    /// Over all apps: a disk is everybody's.
    private func checkpointFamilies(_ snapshots: [AppSnapshot]) -> [Family] {
        var failures = Family(Catalogue.checkpointFailures)
        failures.add([], Double(snapshots.reduce(0) { $0 + $1.work.checkpointFailures }))
        var durations = CollectionWork.noCheckpointDuration
        for snapshot in snapshots { durations.merge(snapshot.work.checkpointDuration) }
        var duration = Family(Catalogue.checkpointDuration)
        duration.add([], durations)
        var bytes = Family(Catalogue.checkpointBytes)
        bytes.add([], Double(snapshots.reduce(0) { $0 + $1.work.checkpointBytes }))
        return [failures, duration, bytes]
    }

    private func throttledFamily() async -> Family {
        var family = Family(Catalogue.throttled)
        for (baseURL, gate) in gates {
            family.add([baseURL.description], await gate.throttled.secondsValue)
        }
        return family
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
