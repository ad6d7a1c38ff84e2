import Foundation

@testable import DifyAPI

/// Real answers of one Dify, recorded with the requests that they answer.
struct RecordedDify: Sendable {
    struct Exchange: Sendable {
        let name: String
        let method: String
        let url: String
        let response: TransportResponse
    }

    let version: String
    /// Sorted by name.
    let exchanges: [Exchange]

    static let oneThirteen = RecordedDify(version: "1.13.0")
    static let oneFifteen = RecordedDify(version: "1.15.0")

    private init(version: String) {
        self.version = version
        let folder = Bundle.module.url(forResource: "Fixtures", withExtension: nil)!.appending(path: "dify-\(version)")
        func data(_ file: String) -> Data { try! Data(contentsOf: folder.appending(path: file)) }
        let index = try! JSONSerialization.jsonObject(with: data("index.json")) as! [String: [String: Any]]
        exchanges = index.map { name, request in
            let head = String(decoding: data("\(name).headers"), as: UTF8.self)
            let lines = head.split { $0.isNewline }
            let fields = lines.dropFirst().compactMap { line -> HTTPField? in
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2 else { return nil }
                return HTTPField(name: String(parts[0]), value: parts[1].trimmingCharacters(in: .whitespaces))
            }
            let status = Int((request["status"] as! String).split(separator: " ")[1])!
            return Exchange(
                name: name, method: request["method"] as! String, url: request["url"] as! String,
                response: TransportResponse(
                    status: status, fields: fields, body: [UInt8](data(request["file"] as! String))))
        }.sorted { $0.name < $1.name }
    }

    func exchange(_ name: String) -> Exchange {
        exchanges.first { $0.name == name }!
    }
}

/// Answers every request alike, and remembers what was asked.
actor CannedTransport: Transport {
    private let outcome: Result<TransportResponse, TransportError>
    private(set) var requests: [TransportRequest] = []

    init(_ response: TransportResponse) {
        outcome = .success(response)
    }

    init(_ error: TransportError) {
        outcome = .failure(error)
    }

    func get(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
        requests.append(request)
        return try outcome.get()
    }
}

extension DifyClient {
    static func make(
        _ transport: any Transport, baseURL: String = "http://dify.test/v1", key: String = "app-secret",
        timeout: Duration = .seconds(5)
    ) throws -> DifyClient {
        DifyClient(
            baseURL: try BaseURL(baseURL), key: APIKey(key)!, timeout: timeout, transport: transport,
            gate: RequestGate(inFlight: 4, perSecond: 1000))
    }
}

extension TransportResponse {
    static func json(_ status: Int, _ text: String, fields: [HTTPField] = []) -> TransportResponse {
        TransportResponse(
            status: status, fields: [HTTPField(name: "Content-Type", value: "application/json")] + fields,
            body: Array(text.utf8))
    }
}
