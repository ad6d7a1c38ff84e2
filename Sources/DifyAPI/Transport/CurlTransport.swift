import CCurl
import CivilTime
import Dispatch

/// Carries requests over libcurl. Connections stay open between requests, and one that the server has dropped meanwhile
/// (Dify's does after 2 s) is replaced by libcurl without an error.
package actor CurlTransport: Transport {
    private let settings: Settings
    private let longAnswers: LongAnswers
    private var idle: [CurlSlot] = []

    package struct Settings: Sendable {
        package var userAgent: String
        /// PEM file of trusted authorities instead of the system's.
        package var caFile: String?
        /// Folder of trusted authorities, as OpenSSL's c_rehash makes them.
        package var caPath: String?

        package init(userAgent: String, caFile: String? = nil, caPath: String? = nil) {
            self.userAgent = userAgent
            self.caFile = caFile
            self.caPath = caPath
        }
    }

    package init(settings: Settings) {
        self.init(settings: settings, longAnswers: .shared)
    }

    init(settings: Settings, longAnswers: LongAnswers) {
        self.settings = settings
        self.longAnswers = longAnswers
    }

    /// The version of libcurl, or a sentence that says which file is missing and which package has it.
    package static func libraryVersion() throws(TransportError) -> String {
        if let problem = ccurl_open() { throw .unavailable(String(cString: problem)) }
        return String(cString: ccurl_version())
    }

    package func get(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
        _ = try Self.libraryVersion()
        guard let slot = idle.popLast() ?? CurlSlot() else { throw .unavailable("libcurl is out of memory") }
        let result = await slot.get(request, settings: settings, longAnswers)
        idle.append(slot)
        return try result.get()
    }
}
