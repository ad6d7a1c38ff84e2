import Platform

/// Why a server cannot listen; its description is a sentence for the operator, with the remedy.
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
            "the port is in use; end the program that has it, or choose another --web.listen-address"
        case .permissionDenied:
            "the system does not permit it; choose a --web.listen-address with a port of 1024 or above"
        case .addressNotAvailable:
            "this machine does not have that address; choose one that it has as --web.listen-address, "
                + "or :\(address.port) for every interface"
        case .unknownHost(let text):
            "the host has no address (\(text)); correct the name in --web.listen-address, "
                + "or use :\(address.port) for every interface"
        case .system(let text):
            "\(text); check the address in --web.listen-address and the limits that the system sets this program"
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
