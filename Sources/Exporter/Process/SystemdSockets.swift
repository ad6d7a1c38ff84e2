import HTTPEndpoint

/// The sockets that systemd hands to a program that it starts for them (sd_listen_fds(3)).
package enum SystemdSockets {
    private static let first: Int32 = 3
    private static let most: Int32 = 64

    /// Their descriptors, by what the environment says. Throws a sentence for people where there are none for this process.
    package static func descriptors(
        _ environment: Environment, processID: Int32
    ) throws(UsageError) -> [Int32] {
        let none = "--web.systemd-socket: systemd handed over no socket"
        guard let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }), count > 0 else {
            throw UsageError(message: "\(none); start the program by a .socket unit, or leave the flag out")
        }
        guard environment["LISTEN_PID"].flatMap({ Int32($0) }) == processID else {
            throw UsageError(
                message:
                    "\(none) to this process, but to another; start the program itself in ExecStart=, without a shell")
        }
        guard count <= most else { throw UsageError(message: "--web.systemd-socket takes at most \(most) sockets") }
        return Array(first..<first + count)
    }

    /// Where each of them listens. Throws where one is no socket that can be served.
    package static func addresses(of descriptors: [Int32]) throws(UsageError) -> [ListenAddress] {
        var addresses: [ListenAddress] = []
        for descriptor in descriptors {
            guard let address = ListenAddress(ofListener: descriptor) else {
                throw UsageError(
                    message:
                        "--web.systemd-socket: descriptor \(descriptor) is no TCP socket that listens; give the .socket unit "
                        + "ListenStream= with a port, and no Accept=yes")
            }
            addresses.append(address)
        }
        return addresses
    }
}
