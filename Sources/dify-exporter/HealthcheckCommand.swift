import Exporter
import HTTPEndpoint

/// Asks a running exporter whether it is healthy, for containers that have no other program to ask with.
struct HealthcheckCommand {
    private let address: ListenAddress
    private let webConfigFile: String?

    init(_ options: OptionValues) throws(UsageError) {
        guard let first = try options.listenAddresses(.listenAddress).first else {
            throw UsageError(message: "--web.listen-address is needed: it takes the address that serve listens on")
        }
        address = first
        webConfigFile = options[.webConfigFile]
    }

    func run() async -> ExitCode {
        let web: WebConfiguration
        do throws(LoadError) {
            web = try await WebConfiguration.load(webConfigFile)
        } catch {
            Program.write(error)
            return .failure
        }
        do throws(HTTPProbeError) {
            let answer = try await HTTPProbe.answer(to: "/-/healthy", at: address, overTLS: web.tls != nil)
            let verdict = HealthVerdict(on: answer, of: web)
            guard verdict.isHealthy else {
                Console.writeError("dify-exporter: \(address) \(verdict.text)")
                return .failure
            }
            Console.write("dify-exporter at \(address) \(verdict.text).\n")
            return .success
        } catch {
            Console.writeError("dify-exporter: \(error)")
            return .failure
        }
    }
}
