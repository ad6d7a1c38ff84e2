import CivilTime
import HTTPEndpoint
import LogCollection
import Platform

/// The web configuration while the program runs: read at the start, again with each reload, and whenever one of its files has
/// changed. What cannot be used is kept out, and the one before goes on.
package actor WebSecurity {
    package nonisolated let access: WebGuard

    /// What the server begins with; nil for plain HTTP.
    package nonisolated let tls: TLSContext?
    private let path: String?
    private let logger: Logger
    private var current: LoadedWebConfiguration
    private var adoptTLS: (@Sendable (TLSContext) -> Void)?
    private var toldProblem: LoadError?
    private var toldWarnings: Set<String> = []

    /// How often files are looked at.
    private static let lookInterval = Duration.seconds(5)

    /// After how many looks what should not be left so is looked for again: a certificate comes to its end by itself.
    private static let looksPerWarning = 720

    /// Reads the file and those that it names; nil for an endpoint that everybody may ask. Throws every problem as a line for
    /// people.
    package init(path: String?, logger: Logger) async throws(LoadError) {
        current = try await LoadedWebConfiguration.load(path)
        self.path = path
        self.logger = logger
        tls = current.tls
        access = WebGuard(current.configuration)
        if let path, !path.isEmpty {
            logger.log(
                .info, "the web configuration was loaded", ("tls", tls == nil ? "off" : "on"),
                ("users", String(current.configuration.users.count)), ("path", path))
        }
        tellWarnings()
    }

    /// What a web configuration and its files amount to, in lines for people; empty without one.
    package static func summary(of path: String?) async throws(LoadError) -> String {
        guard let path, !path.isEmpty else { return "" }
        let loaded = try await LoadedWebConfiguration.load(path)
        let end = loaded.certificateEnd.map { "TLS until \($0.iso8601)" } ?? "no TLS"
        let users = loaded.configuration.users.count
        let lines =
            ["\(path): \(end), \(users == 0 ? "no passwords" : users == 1 ? "1 user" : "\(users) users")"]
            + loaded.warnings(at: .now).map { "\(path): \($0)" }
        return "\n" + lines.map { $0 + "\n" }.joined()
    }

    /// Names the server that certificates are handed to.
    package func attach(_ adopt: @escaping @Sendable (TLSContext) -> Void) {
        adoptTLS = adopt
    }

    /// Reads everything again, and changes nothing yet.
    func prepare() async throws(LoadError) -> LoadedWebConfiguration {
        let next = try await LoadedWebConfiguration.load(path)
        guard (next.tls == nil) == (current.tls == nil) else {
            throw LoadError(lines: [
                "\(path ?? ""): TLS cannot be switched \(next.tls == nil ? "off" : "on") while the program runs; restart it"
            ])
        }
        return next
    }

    func adopt(_ next: LoadedWebConfiguration) {
        current = next
        access.adopt(next.configuration)
        if let tls = next.tls { adoptTLS?(tls) }
        toldProblem = nil
        tellWarnings()
    }

    /// Looks for changed files until the task is cancelled; `report` is told of each attempt to load them whether it
    /// succeeded.
    func watch(report: @Sendable (Bool) async -> Void) async {
        guard path?.isEmpty == false else { return }
        var looks = 0
        while (try? await Task.sleep(for: Self.lookInterval)) != nil {
            looks += 1
            if looks.isMultiple(of: Self.looksPerWarning) { tellWarnings() }
            guard await current.isOutdated() else { continue }
            await report(await loadChanged())
        }
    }

    private func loadChanged() async -> Bool {
        do throws(LoadError) {
            adopt(try await prepare())
            logger.log(.info, "the web configuration was loaded again, because its files have changed")
            return true
        } catch {
            // Until the files change again, it would be the same each time.
            guard toldProblem != error else { return false }
            toldProblem = error
            for line in error.lines {
                logger.log(
                    .error, "the web configuration was not loaded, and the one before goes on", ("reason", line))
            }
            return false
        }
    }

    private func tellWarnings() {
        let warnings = current.warnings(at: .now)
        for warning in warnings where !toldWarnings.contains(warning) { logger.log(.warn, warning) }
        toldWarnings = Set(warnings)
    }
}

/// A web configuration with what is in the files that it names.
struct LoadedWebConfiguration: Sendable {
    var configuration = WebConfiguration()
    var tls: TLSContext?

    /// All that was read.
    private var files: [String: File.Identity] = [:]
    fileprivate var path = ""

    /// What each of the files may hold at most.
    private static let longestMaterial = 1 << 20

    static func load(_ path: String?) async throws(LoadError) -> LoadedWebConfiguration {
        guard let path, !path.isEmpty else { return LoadedWebConfiguration() }
        var loaded = LoadedWebConfiguration()
        loaded.path = path
        loaded.configuration = try await loaded.readConfiguration()
        if !loaded.configuration.users.isEmpty, let problem = PasswordHashing.problem {
            throw LoadError(lines: [problem])
        }
        if let tls = loaded.configuration.tls { loaded.tls = try await loaded.makeContext(tls) }
        return loaded
    }

    fileprivate mutating func readConfiguration() async throws(LoadError) -> WebConfiguration {
        let contents: File.Contents?
        do throws(FileError) {
            contents = try await File.read(path, limit: WebConfiguration.longestFile)
        } catch {
            throw LoadError(lines: ["the web configuration file \(error)"])
        }
        files[path] = contents?.identity
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        do throws(ConfigurationError) {
            return try WebConfiguration.read(contents?.bytes ?? [], folder: folder)
        } catch {
            throw LoadError(
                error.problems.map { LoadProblem(line: $0.line(file: path), place: "the web configuration") },
                omitted: error.omitted)
        }
    }

    private mutating func makeContext(_ tls: WebConfiguration.TLS) async throws(LoadError) -> TLSContext {
        var problems: [String] = []
        let certificates = await read(tls.certificate, "cert_file", &problems)
        let key = await read(tls.key, "key_file", &problems)
        var authorities: [UInt8] = []
        if let material = tls.clientAuthorities { authorities = await read(material, "client_ca_file", &problems) }
        guard problems.isEmpty else { throw LoadError(lines: problems) }
        var settings = TLSSettings(
            certificates: certificates, key: .init(pem: key),
            clients: .init(
                certificate: tls.clientCertificate, authorities: authorities, allowedNames: tls.allowedNames))
        (settings.oldest, settings.newest) = (tls.oldest, tls.newest)
        (settings.cipherSuites, settings.curves) = (tls.cipherSuites, tls.curves)
        settings.prefersOwnOrder = tls.prefersOwnOrder
        do throws(TLSError) {
            return try TLSContext.server(settings)
        } catch {
            throw LoadError(lines: ["\(path): tls_server_config\(error.advice(for: tls))"])
        }
    }

    private mutating func read(
        _ material: WebConfiguration.Material, _ key: String, _ problems: inout [String]
    ) async -> [UInt8] {
        switch material {
        case .inline(let bytes): return bytes
        case .file(let file):
            do throws(FileError) {
                let contents = try await File.read(file, limit: Self.longestMaterial)
                files[file] = contents?.identity
                return contents?.bytes ?? []
            } catch {
                problems.append("\(path): tls_server_config.\(key): \(error)")
                return []
            }
        }
    }

    /// Whether a file has changed since it was read. One that cannot be read now is probably being replaced.
    func isOutdated() async -> Bool {
        for (file, identity) in files {
            let limit = max(Self.longestMaterial, WebConfiguration.longestFile)
            if (try? await File.read(file, limit: limit, ifOtherThan: identity)) != nil { return true }
        }
        return false
    }

    /// What works and should not be left so.
    func warnings(at now: UnixTime) -> [String] {
        var warnings: [String] = []
        var secret = [configuration.tls?.key.path].compactMap(\.self)
        if !configuration.users.isEmpty || configuration.tls?.key.path == nil { secret.append(path) }
        let memoryDevices = MountTable.current.memoryDevices
        for file in secret {
            guard let identity = files[file], identity.isReadableByAll,
                !identity.isPlacedByMachinery(at: file, memoryDevices)
            else { continue }
            warnings.append(
                "every user of this machine can read \(file), which holds a secret. Give it to the user that runs this program, "
                    + "and chmod 600.")
        }
        if let end = certificateEnd, end.second - now.second < 7 * 86_400 {
            warnings.append(
                end < now
                    ? "the certificate of this endpoint has been invalid since \(end.iso8601); clients refuse it"
                    : "the certificate of this endpoint ends at \(end.iso8601); replace its file, which is then read again"
            )
        }
        return warnings
    }

    /// Nil for plain HTTP.
    var certificateEnd: UnixTime? { tls.map { UnixTime(seconds: $0.certificateEnd) } }
}

extension WebConfiguration {
    /// Reads a web configuration, and none of the files that it names.
    package static func load(_ path: String?) async throws(LoadError) -> WebConfiguration {
        guard let path, !path.isEmpty else { return WebConfiguration() }
        var loaded = LoadedWebConfiguration()
        loaded.path = path
        return try await loaded.readConfiguration()
    }
}

extension TLSError {
    /// What is wrong and what to do, to follow `tls_server_config`.
    fileprivate func advice(for tls: WebConfiguration.TLS) -> String {
        func key(_ name: String, _ material: WebConfiguration.Material?) -> String {
            guard let path = material?.path else { return ".\(name)" }
            return ".\(name)_file: \(path)"
        }
        let certificate = key("cert", tls.certificate)
        let privateKey = key("key", tls.key)
        let authorities = key("client_ca", tls.clientAuthorities)
        return switch self {
        case .libraryMissing(let sentence): ": \(sentence)"
        case .noCertificate: "\(certificate) has no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----"
        case .certificate(let detail): "\(certificate) cannot be used: \(detail)"
        case .key: "\(privateKey) has no private key in PEM, which begins with -----BEGIN PRIVATE KEY-----"
        case .encryptedKey:
            "\(privateKey) is protected by a passphrase, which nobody could type; take it off with 'openssl pkey'"
        case .keyIsOfAnotherCertificate: "\(privateKey) is not the key that belongs to the certificate"
        case .authorities(let detail): "\(authorities) cannot be used: \(detail)"
        case .noAuthorities: "\(authorities) has no certificate in PEM, so that nobody would be let in"
        case .setting(let detail): " asks for what this OpenSSL does not have: \(detail)"
        case .noMemory: ": memory is short"
        }
    }
}
