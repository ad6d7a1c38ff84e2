import HTTPEndpoint

// How the apps are doing, for people and for programs; made when somebody asks.
extension Routes {
    func statusPage(_ request: HTTPRequest) async -> HTTPResponse {
        let page = StatusPage(report: await statusReport())
        return .status(
            Array(page.html.utf8), type: "text/html; charset=utf-8",
            policy: "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
                + "frame-ancestors 'none'"
        ).compressed(for: request)
    }

    /// The facts of the status page as JSON.
    func appsDocument(_ request: HTTPRequest) async -> HTTPResponse {
        .status(
            await statusReport().json, type: "application/json", policy: "default-src 'none'; frame-ancestors 'none'"
        ).compressed(for: request)
    }

    private func statusReport() async -> StatusReport {
        StatusReport(apps: await board.expected, at: service.now, telemetryPath: telemetryPath)
    }
}

extension HTTPResponse {
    /// What is true at this moment only, and may load nothing but what its policy names.
    fileprivate static func status(_ body: [UInt8], type: String, policy: String) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: [
                "Content-Type": type, "Cache-Control": "no-cache", "Content-Security-Policy": policy,
                "Referrer-Policy": "no-referrer", "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff",
            ],
            body: body)
    }
}
