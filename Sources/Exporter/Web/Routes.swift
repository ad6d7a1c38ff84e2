import DifyAPI
import HTTPEndpoint
import LogCollection
import Metrics
import Platform

/// Answers the paths of the endpoint from what is in memory: nothing here waits for Dify.
package struct Routes: Sendable {
    let telemetryPath: String
    let service: ExporterService
    private let hosts: HostRule
    private let pages = SharedPages()
    /// What requests with certain header fields ask for.
    private let wishes = Locked<[Wish: SharedPages.Key]>([:])
    var board: SnapshotBoard { service.board }

    package init(telemetryPath: TelemetryPath, hosts: HostRule, service: ExporterService) {
        self.telemetryPath = telemetryPath.description
        self.hosts = hosts
        self.service = service
    }

    /// The answer where it lies ready: what somebody else has asked for a moment ago, and nothing has changed since.
    package func readyAnswer(_ request: HTTPRequest) -> HTTPResponse? {
        guard request.method == "GET" || request.method == "HEAD", request.query.isEmpty else { return nil }
        switch request.path {
        case telemetryPath:
            guard let key = wishes.withLock({ $0[Wish(request)] }) else { return nil }
            return pages.readyPage(key, generation: board.changes.count)
        case "/-/healthy": return Self.healthy
        default: return nil
        }
    }

    package func answer(_ request: HTTPRequest) async -> HTTPResponse {
        await route(request).withoutSniffing
    }

    private static let healthy = HTTPResponse.text(200, "dify-exporter is healthy.\n").withoutSniffing

    private func route(_ request: HTTPRequest) async -> HTTPResponse {
        guard request.path == telemetryPath || TelemetryPath.taken.contains(request.path) else {
            return .text(404, "There is nothing here. Metrics are at \(telemetryPath), the status page is at /.\n")
        }
        let isReload = request.path == "/-/reload"
        guard isReload ? request.method == "POST" : ["GET", "HEAD"].contains(request.method) else {
            return methodNotAllowed(allow: isReload ? "POST" : "GET, HEAD")
        }
        switch request.path {
        case telemetryPath: return await metrics(request)
        case "/-/healthy": return Self.healthy
        case "/-/ready": return await readiness()
        default: break
        }
        guard hosts.allows(request.headers["Host"]) else {
            return .text(
                403, "This exporter does not answer for this host. If it is yours, name it with --web.allowed-hosts.\n")
        }
        switch request.path {
        case "/-/reload": return await reload(request)
        case "/api/v1/apps": return await appsDocument(request)
        default: return await statusPage(request)
        }
    }

    /// Loads the configuration again, and says what came of it.
    private func reload(_ request: HTTPRequest) async -> HTTPResponse {
        guard !request.comesFromForeignSite else {
            return .text(403, "A page of another site may not load the configuration.\n")
        }
        switch await service.reload() {
        case .success(let plan): return .text(200, "The configuration was loaded, \(plan.description).\n")
        case .failure(let error):
            // Whoever asks need not know where files are.
            return .text(
                500,
                "The configuration was not loaded, and the one before goes on. The log says why: \(error.summary).\n")
        }
    }

    private func methodNotAllowed(allow methods: String) -> HTTPResponse {
        var response = HTTPResponse.text(405, "This path answers \(methods).\n")
        response.headers.set("Allow", methods)
        return response
    }

    private func readiness() async -> HTTPResponse {
        guard await service.folderStatus.isKnown else {
            return .text(503, "The folder of apps_dir has not been read yet; the log says why.\n")
        }
        let untried = await board.untried
        return untried == 0
            ? .text(200, "dify-exporter is ready.\n") : .text(503, "\(untried) apps have not been tried yet.\n")
    }
}

extension Routes {
    /// The metrics of all apps, or of those that the query names, from what is in memory.
    func metrics(_ request: HTTPRequest) async -> HTTPResponse {
        let wanted = Set(request.query.filter { $0.name == "app" }.map(\.value))
        let (format, escaping) = ExpositionFormat.negotiate(accept: request.headers["Accept"])
        let version = await version()
        if wanted.isEmpty { note(Wish(request), for: .metrics(format, escaping, apps: nil)) }
        await board.noteAsked(format.encoding)
        let apps = await board.all.filter { wanted.isEmpty || wanted.contains($0.snapshot.name) }
        let names = wanted.isEmpty ? nil : apps.map(\.snapshot.name)
        return await page(.metrics(format, escaping, apps: names), version, for: request) {
            let own = EncodedFamilies(await ownFamilies(), as: format.encoding)
            let parts = apps.sorted { $0.snapshot.name < $1.snapshot.name }.map { $0.part(as: format.encoding) }
            let page = ExpositionPage(of: parts + [own], as: format.encoding)
            var response = HTTPResponse(
                status: 200,
                headers: [
                    "Content-Type": format.contentType(escaping: escaping), "Vary": "Accept, Accept-Encoding",
                ])
            if page.count < Self.longPage {
                response.body = page.bytes
            } else {
                response.longBody = LongBody(count: page.count, memory: page.memory) {
                    page.write(from: $0, to: $1)
                }
            }
            return response
        }
    }

    /// A page of so many bytes is put together while it is sent or compressed: the memory for all of it would take as long to get as the
    /// page to write. A shorter one is kept whole for the next who asks for it.
    private static let longPage = 1 << 20

    /// Remembers what a request asked for. There are as many kinds as there are programs that scrape; more are forgotten.
    private func note(_ wish: Wish, for content: SharedPages.Key.Content) {
        let key = SharedPages.Key(
            content: content, isCompressed: AcceptEncoding.allowsGzip(wish.acceptEncoding))
        wishes.withLock { wishes in
            guard wishes[wish] == nil else { return }
            if wishes.count >= Wish.limit { wishes = [:] }
            wishes[wish] = key
        }
    }

    /// The page, compressed where the request allows it, shared with others who ask for it.
    private func page(
        _ content: SharedPages.Key.Content, _ version: SharedPages.Version, for request: HTTPRequest,
        make: @escaping @Sendable () async -> HTTPResponse
    ) async -> HTTPResponse {
        let isCompressed = AcceptEncoding.allowsGzip(request.headers["Accept-Encoding"])
        return await pages.page(.init(content: content, isCompressed: isCompressed), version) {
            let response = await make()
            return (isCompressed ? response.compressed() : response).withoutSniffing
        }
    }

    /// Names what is known at this moment.
    private func version() async -> SharedPages.Version {
        var throttled: [Duration] = []
        for server in await service.servers.all { throttled.append(await server.gate.throttled) }
        return SharedPages.Version(
            generation: board.changes.count, reload: await service.reloadStatus, folder: await service.folderStatus,
            throttled: throttled)
    }

    /// The families that are not of an app.
    private func ownFamilies() async -> [Family] {
        var servers: [ServerFacts] = []
        for server in await service.servers.all { servers.append(await server.facts) }
        let scrape = Scrape(
            snapshots: await board.all.map(\.snapshot), departed: await board.departed, servers: servers,
            reload: await service.reloadStatus)
        let folder = await service.folderStatus.families
        return scrape.ownFamilies + folder + [service.logFamily] + ProcessMetrics.families
    }
}

// How the apps are doing, for people and for programs; made when somebody asks.
extension Routes {
    func statusPage(_ request: HTTPRequest) async -> HTTPResponse {
        await page(.status, await versionOfTheSecond(), for: request) {
            let page = StatusPage(report: await statusReport())
            return .status(
                Array(page.html.utf8), type: "text/html; charset=utf-8",
                policy: "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
                    + "frame-ancestors 'none'")
        }
    }

    /// The facts of the status page as JSON.
    func appsDocument(_ request: HTTPRequest) async -> HTTPResponse {
        await page(.appsDocument, await versionOfTheSecond(), for: request) {
            .status(
                await statusReport().json, type: "application/json",
                policy: "default-src 'none'; frame-ancestors 'none'")
        }
    }

    private func versionOfTheSecond() async -> SharedPages.Version {
        var version = await version()
        version.second = service.now.second
        return version
    }

    private func statusReport() async -> StatusReport {
        StatusReport(apps: await board.expected, at: service.now, telemetryPath: telemetryPath)
    }
}

/// The header fields that decide in which form a page is sent.
private struct Wish: Hashable {
    let accept: String?
    let acceptEncoding: String?

    static let limit = 16

    init(_ request: HTTPRequest) {
        accept = request.headers["Accept"]
        acceptEncoding = request.headers["Accept-Encoding"]
    }
}

extension HTTPResponse {
    /// Nothing here is what a browser might take it for.
    fileprivate var withoutSniffing: HTTPResponse {
        var response = self
        response.headers.set("X-Content-Type-Options", "nosniff")
        return response
    }

    /// What is true at this moment only, and may load nothing but what its policy names.
    fileprivate static func status(_ body: [UInt8], type: String, policy: String) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: [
                "Content-Type": type, "Cache-Control": "no-cache", "Content-Security-Policy": policy,
                "Referrer-Policy": "no-referrer", "Vary": "Accept-Encoding",
            ],
            body: body)
    }
}
