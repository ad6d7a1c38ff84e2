import HTTPEndpoint
import Platform

/// Who may have how many of the process's descriptors. The runtime dies without one at the wrong moment, so the clients of
/// the endpoint get what collecting leaves, and a reserve is nobody's.
package struct DescriptorBudget: Sendable {
    /// As many as the process may have open.
    private let limit: Int
    private let listeners: Int

    /// What is open in any process: standard streams, signals, the wake pipe and the spare of the endpoint, the event
    /// descriptors and timers of libdispatch, the lock and the checkpoint that is being written.
    private static let fixed = 20
    /// libdispatch looks into /proc now and then and stops the process where it cannot; names are resolved, certificates and
    /// key files read.
    private static let reserve = 20
    /// One of libcurl's transfers: its connection, what wakes it, and what its name resolution waits by.
    private static let perTransfer = 5
    private static let fewestConnections = 8
    private static let mostConnections = HTTPServer.Limits().connections

    static let remedy =
        "Raise the limit of open files: LimitNOFILE= in a systemd unit, ulimits in Compose, or ulimit -n before the start."

    package static let unlimited = DescriptorBudget(limit: .max, listeners: 1)

    package init(limit: Int, listeners: Int) {
        (self.limit, self.listeners) = (limit, listeners)
    }

    /// How many clients may be connected at once beside the collection of this configuration.
    package func connections(beside configuration: Configuration) -> Int {
        min(max(left(beside: configuration), Self.fewestConnections), Self.mostConnections)
    }

    /// Whether the configuration leaves enough for the endpoint.
    func allows(_ configuration: Configuration) -> Bool {
        left(beside: configuration) >= Self.fewestConnections
    }

    /// Throws where the configuration leaves too little for the endpoint.
    package func check(_ configuration: Configuration) throws(LoadError) {
        guard !allows(configuration) else { return }
        let servers = Set(configuration.apps.map(\.baseURL)).count
        let needed = limit - left(beside: configuration) + Self.fewestConnections
        throw LoadError(lines: [
            "\(servers) \(servers == 1 ? "base URL" : "base URLs") with \(configuration.requestsInFlight) requests in flight at "
                + "once and the endpoint need \(needed) open files, and this process may have \(limit). \(Self.remedy)"
        ])
    }

    private func left(beside configuration: Configuration) -> Int {
        let servers = Set(configuration.apps.map(\.baseURL)).count
        let transfers = servers * configuration.requestsInFlight
        return limit - Self.fixed - Self.reserve - listeners - transfers * Self.perTransfer
    }
}
