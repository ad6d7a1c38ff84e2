import Platform

/// Why a server cannot listen.
package struct HTTPServerError: Error, Hashable, CustomStringConvertible {
    package var address: ListenAddress
    package var reason: Reason

    package enum Reason: Sendable, Hashable {
        case portInUse
        case permissionDenied
        case addressNotAvailable

        /// The host has no address; the text is the resolver's.
        case unknownHost(String)

        /// Anything else, in the system's words.
        case system(String)
    }

    package var description: String {
        "cannot listen on \(address): \(explanation)"
    }

    private var explanation: String {
        switch reason {
        case .portInUse:
            "the port is in use"
        case .permissionDenied:
            "the system does not permit it"
        case .addressNotAvailable:
            "this machine does not have that address"
        case .unknownHost(let text):
            "the host has no address (\(text))"
        case .system(let text):
            text
        }
    }

    init(_ address: ListenAddress, _ reason: Reason) {
        self.address = address
        self.reason = reason
    }

    init(_ address: ListenAddress, _ error: SystemError) {
        let reason: Reason =
            switch error.code {
            case EADDRINUSE: .portInUse
            case EACCES, EPERM: .permissionDenied
            case EADDRNOTAVAIL: .addressNotAvailable
            default: .system(error.text)
            }
        self.init(address, reason)
    }
}
