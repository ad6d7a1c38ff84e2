import Collection
import HTTPEndpoint
import Metrics

extension Routes {
    /// The metrics of all apps, or of those that the query names, from what is in memory.
    func metrics(_ request: HTTPRequest) async -> HTTPResponse {
        let wanted = Set(request.query.filter { $0.name == "app" }.map(\.value))
        let snapshots = await board.all.filter { wanted.isEmpty || wanted.contains($0.name) }
        var families = snapshots.flatMap(\.families) + [BuildInfo.family]
        families.append(await throttledFamily())
        families += checkpointFamilies(snapshots.map(\.work) + [await board.departed])
        families += await service.reloadStatus.families
        families += ProcessMetrics.families
        return .page(of: families, for: request)
    }

    /// Over all apps: a disk is everybody's.
    private func checkpointFamilies(_ works: [CollectionWork]) -> [Family] {
        let startTime = ProcessMetrics.startTime.milliseconds
        var all = CollectionWork(since: ProcessMetrics.startTime)
        for work in works { all.keepCheckpoints(of: work) }
        var failures = Family(Catalogue.checkpointFailures)
        failures.add([], Double(all.checkpointFailures), startTime: startTime)
        var duration = Family(Catalogue.checkpointDuration)
        duration.add([], all.checkpointDuration, startTime: startTime)
        var bytes = Family(Catalogue.checkpointBytes)
        bytes.add([], Double(works.reduce(0) { $0 + $1.checkpointBytes }))
        return [failures, duration, bytes]
    }

    private func throttledFamily() async -> Family {
        var family = Family(Catalogue.throttled)
        for (baseURL, gate) in await service.gates {
            family.add(
                [baseURL.description], await gate.throttled.secondsValue,
                startTime: ProcessMetrics.startTime.milliseconds)
        }
        return family
    }
}

extension HTTPResponse {
    /// The page of a scrape, in the format that the request's Accept asks for. It is never refused: what nobody here speaks is
    /// answered in text 0.0.4.
    fileprivate static func page(of families: [Family], for request: HTTPRequest) -> HTTPResponse {
        let (format, escaping) = ExpositionFormat.negotiate(accept: request.headers["Accept"])
        let response = HTTPResponse(
            status: 200,
            headers: [
                "Content-Type": format.contentType(escaping: escaping), "Vary": "Accept, Accept-Encoding",
            ],
            body: Exposition.encode(families, as: format))
        return response.compressed(for: request)
    }
}
