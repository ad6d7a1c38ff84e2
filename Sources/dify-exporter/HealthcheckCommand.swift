import Exporter
import HTTPEndpoint

/// Asks a running exporter whether it is healthy, for containers that have no other program to ask with.
struct HealthcheckCommand {
    private let address: ListenAddress

    init(_ options: OptionValues) throws(UsageError) {
        guard let first = try options.listenAddresses(.listenAddress).first else {
            throw UsageError(message: "--web.listen-address is needed: it takes the address that serve listens on")
        }
        address = first
    }

    func run() async -> ExitCode {
        do throws(HTTPProbeError) {
            let status = try await HTTPProbe.status(of: "/-/healthy", at: address)
            guard status == 200 else {
                Console.writeError("dify-exporter: \(address) answers with status \(status)")
                return .failure
            }
            Console.write("dify-exporter at \(address) is healthy.\n")
            return .success
        } catch {
            Console.writeError("dify-exporter: \(error)")
            return .failure
        }
    }
}
