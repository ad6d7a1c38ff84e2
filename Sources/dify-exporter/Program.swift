import CivilTime
import DifyAPI
import Exporter
import HTTPEndpoint
import Platform

/// What several commands share.
enum Program {
    /// The configuration with the apps of its folder, or nil after its problems were printed. What is wrong with single files
    /// of the folder is printed too, and leaves out their apps only.
    static func loadConfiguration(
        file: String?, appsFolder: String? = nil, environment: Environment
    ) async -> Configuration? {
        guard let fleet = await loadFleet(file: file, appsFolder: appsFolder, environment) else { return nil }
        for problem in fleet.problems { Console.writeError("dify-exporter: \(problem.line)") }
        return fleet.configuration
    }

    /// A configuration with the apps of its folder.
    struct Fleet {
        let configuration: Configuration
        /// What is wrong with files of the folder.
        let problems: [AppsFolderProblem]
        /// The configuration without the folder's apps.
        let listed: Configuration
        let folder: AppsFolder?
    }

    /// The same, with what is wrong with files of the folder for the caller to print.
    static func loadFleet(file: String?, appsFolder: String?, _ environment: Environment) async -> Fleet? {
        do throws(LoadError) {
            let listed = try await Configuration.load(file: file, appsFolder: appsFolder, environment: environment)
            let watch = await AppsFolderWatch.first(of: listed)
            if let error = watch?.error { throw LoadError(lines: [error.description]) }
            let (configuration, problems) = listed.completed(by: watch)
            return Fleet(configuration: configuration, problems: problems, listed: listed, folder: watch?.folder)
        } catch {
            write(error)
            return nil
        }
    }

    /// What there is to say of a web configuration, or nil after its problems were printed.
    static func checkWebConfiguration(_ file: String?) async -> String? {
        do throws(LoadError) {
            return try await WebSecurity.summary(of: file)
        } catch {
            write(error)
            return nil
        }
    }

    static func write(_ error: LoadError) {
        for line in error.lines { Console.writeError("dify-exporter: \(line)") }
    }

    /// Whether requests can be made at all; prints what to install if not.
    static func hasLibcurl() -> Bool {
        do throws(TransportError) {
            _ = try CurlTransport.libraryVersion()
            return true
        } catch {
            guard case .unavailable(let message) = error else { return false }
            Console.writeError("dify-exporter: \(message)")
            return false
        }
    }

    /// A transport that trusts the authorities which OpenSSL's and Go's programs trust too.
    static func transport(_ environment: Environment) -> CurlTransport {
        CurlTransport(
            settings: .init(
                userAgent: "dify-exporter/\(BuildInfo.version)", caFile: environment["SSL_CERT_FILE"],
                caPath: environment["SSL_CERT_DIR"]))
    }

    /// How long the endpoint has the processor for itself when it begins.
    private static let firstAnswers = Duration.milliseconds(50)

    /// Serves and collects until a signal ends it, and loads the configuration again with each SIGHUP that it is given.
    /// `started` is told where once the addresses are taken.
    static func serve(
        _ service: ExporterService, _ settings: ServingSettings, _ web: WebSecurity, _ signals: Signals,
        started: ([ListenAddress]) -> Void
    ) async -> ExitCode {
        let routes = Routes(telemetryPath: settings.telemetryPath, hosts: settings.hosts, service: service)
        var limits = HTTPServer.Limits()
        limits.connections = await service.connectionLimit
        let noteFailure: HTTPServer.HandshakeFailure = { [logger = settings.logger] reason in
            logger.log(.debug, "a client's TLS handshake failed", ("reason", reason))
        }
        let server: HTTPServer
        do throws(HTTPServerError) {
            server = try HTTPServer(
                addresses: settings.inherited.isEmpty ? settings.addresses : [], inherited: settings.inherited,
                limits: limits, security: web.tls, handshakeFailed: noteFailure,
                readyAnswer: { request in web.access.readyAnswer(request) { routes.readyAnswer($0) } },
                handler: { request in await web.access.answer(request) { await routes.answer($0) } })
        } catch {
            Console.writeError("dify-exporter: \(error.advice(.listenAddress))")
            return .failure
        }
        await web.attach { [weak server] in server?.adopt($0) }
        server.start()
        started(server.boundAddresses)
        // Opening libcurl takes more of the processor than all before: whoever scrapes at once has an answer first. Nobody
        // cancels this task.
        try? await Task.sleep(for: firstAnswers)
        guard hasLibcurl() else {
            await server.stop()
            return .failure
        }
        let collecting = Task { await service.run() }
        for await order in signals.orders() {
            guard case .stop(let signal) = order else {
                // Nobody waits for it: a file that hangs must not keep the program from being ended.
                Task { await service.reload() }
                continue
            }
            settings.logger.log(.info, "stopping", ("signal", "\(signal)"))
            break
        }
        collecting.cancel()
        await collecting.value
        await server.stop()
        return .success
    }
}

/// The flags of the commands that serve metrics.
struct ServingSettings {
    let addresses: [ListenAddress]
    /// Sockets that listen on the addresses already.
    let inherited: [Int32]
    let webConfigFile: String?
    let telemetryPath: TelemetryPath
    let hosts: HostRule
    let logger: Logger
    let descriptors: DescriptorBudget

    init(_ options: OptionValues, environment: Environment) throws(UsageError) {
        inherited =
            try options.isOn(.systemdSocket)
            ? SystemdSockets.descriptors(environment, processID: getpid()) : []
        addresses =
            inherited.isEmpty
            ? try options.listenAddresses(.listenAddress) : try SystemdSockets.addresses(of: inherited)
        webConfigFile = options[.webConfigFile]
        telemetryPath = try TelemetryPath(options[.telemetryPath] ?? "")
        hosts = HostRule(
            allowed: try options.allowedHosts(), listeningOn: addresses, machine: Console.hostName)
        logger = try options.logger()
        descriptors = DescriptorBudget(limit: OpenFileLimit.raise(), listeners: addresses.count)
    }
}

extension OptionValues {
    func listenAddresses(_ option: Option) throws(UsageError) -> [ListenAddress] {
        var addresses: [ListenAddress] = []
        for text in all(option) {
            do throws(ListenAddressError) {
                addresses.append(try ListenAddress(text))
            } catch {
                throw UsageError(message: "--\(option.name): \(error)")
            }
        }
        return addresses
    }

    fileprivate func allowedHosts() throws(UsageError) -> [AllowedHost] {
        var hosts: [AllowedHost] = []
        for text in all(.allowedHosts) {
            guard let host = AllowedHost(text) else {
                throw UsageError(
                    message:
                        "--web.allowed-hosts takes a host without scheme and port, such as metrics.example.com, or *; "
                        + "not \"\(text)\"")
            }
            hosts.append(host)
        }
        return hosts
    }

    /// Nil for all apps.
    func shard() throws(UsageError) -> Shard? {
        try parsed(.shard, expected: "a share such as 0/3, counted from 0", Shard.init)
    }

    func logger() throws(UsageError) -> Logger {
        Logger(
            level: try required(.logLevel, expected: "debug, info, warn or error", Logger.Level.init(rawValue:)),
            format: try required(.logFormat, expected: "logfmt or json", Logger.Format.init(rawValue:)))
    }

    /// A count from 0 up to a million.
    func count(_ option: Option) throws(UsageError) -> Int {
        try required(option, expected: "a whole number from 0 to 1000000") { text in
            Int(text).flatMap { (0...1_000_000).contains($0) ? $0 : nil }
        }
    }
}
