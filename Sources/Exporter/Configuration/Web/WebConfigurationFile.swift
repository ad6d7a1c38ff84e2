import Bytes
import CivilTime
import HTTPEndpoint
import JSON

extension WebConfiguration {
    /// Longer than any that a person writes.
    static let longestFile = 1 << 20

    /// Reads a web configuration's text; relative paths in it are below `folder`. Throws every mistake in it at once.
    ///
    /// Source of the keys: prometheus/exporter-toolkit, docs/web-configuration.md.
    package static func read(_ text: [UInt8], folder: String) throws(ConfigurationError) -> WebConfiguration {
        let document: JSONDocument
        do {
            document = try JSONDocument(text, dialect: .withComments, limits: .init(bytes: longestFile, depth: 8))
        } catch {
            let isEmpty = text.allSatisfy { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
            let message =
                isEmpty
                ? "the file is empty; it needs at least {}"
                : "\(error.problem); the file is JSON, which may have comments and trailing commas, not other YAML"
            let position = JSONPosition(offset: error.offset, in: text)
            throw ConfigurationError(problems: [ConfigurationProblem(position: position, path: "", message: message)])
        }
        let problems = ObjectReader.ProblemList(document)
        let configuration = WebConfigurationReader(problems: problems, folder: folder).read(document.root)
        guard problems.isEmpty, let configuration else { throw problems.error }
        return configuration
    }
}

/// The keys of the file and what each may hold.
private struct WebConfigurationReader {
    let problems: ObjectReader.ProblemList
    let folder: String

    func read(_ root: JSONNode) -> WebConfiguration? {
        guard var object = ObjectReader(root, path: "", problems: problems) else { return nil }
        var configuration = WebConfiguration()
        if let node = object.node("tls_server_config"), let section = object.object("tls_server_config") {
            configuration.tls = readTLS(section, node)
        }
        if var section = object.object("http_server_config") {
            // There is no HTTP/2 here, so there is nothing to switch.
            _ = section.bool("http2")
            if let headers = section.object("headers") { configuration.headers = readHeaders(headers) }
            section.finish()
        }
        if let users = object.object("basic_auth_users") { configuration.users = readUsers(users) }
        if let section = object.object("rate_limit") { configuration.rateLimit = readRateLimit(section) }
        object.finish()
        return configuration
    }

    // MARK: TLS

    /// Nil where something of it is wrong, or where nothing is in it.
    private func readTLS(_ section: ObjectReader, _ node: JSONNode) -> WebConfiguration.TLS? {
        var object = section
        let certificate = readMaterial(&object, "cert")
        let key = readMaterial(&object, "key")
        let authorities = readMaterial(&object, "client_ca")
        let clientCertificate = readClientCertificate(&object, hasAuthorities: authorities != nil, node)
        let allowedNames = readAllowedNames(&object, clientCertificate)
        let oldest = readVersion(&object, "min_version") ?? .tls12
        let newest = readVersion(&object, "max_version") ?? .tls13
        if oldest > newest { problems.add(node, object.path, "min_version is newer than max_version; exchange them") }
        let cipherSuites = readCipherSuites(&object, oldest)
        let curves = readCurves(&object)
        let prefersOwnOrder = object.bool("prefer_server_cipher_suites") ?? true
        let isEmpty = object.isEmpty
        object.finish()
        guard !isEmpty else { return nil }
        for (name, material) in [("cert", certificate), ("key", key)]
        where material == nil && object.node("\(name)_file") == nil && object.node(name) == nil {
            problems.add(node, object.path, "\(name)_file is missing: TLS needs a certificate and its key")
        }
        guard let certificate, let key else { return nil }
        return WebConfiguration.TLS(
            certificate: certificate, key: key, clientAuthorities: authorities, clientCertificate: clientCertificate,
            allowedNames: allowedNames, oldest: oldest, newest: newest, cipherSuites: cipherSuites, curves: curves,
            prefersOwnOrder: prefersOwnOrder)
    }

    /// What `name` holds, or the file that `name_file` names.
    private func readMaterial(_ object: inout ObjectReader, _ name: String) -> WebConfiguration.Material? {
        let marker = "-----BEGIN "
        let inline = object.parsed(name) { text -> Result<WebConfiguration.Material, ConfigurationMistake> in
            text.hasOccurrence(of: marker)
                ? .success(.inline(Array(text.utf8)))
                : .mistake("this is no PEM text, which begins with \(marker)…; \(name)_file takes the path of a file")
        }
        let file = object.parsed("\(name)_file") { path -> Result<WebConfiguration.Material, ConfigurationMistake> in
            guard !path.hasOccurrence(of: marker) else {
                return .mistake("this is a PEM text, and must be the path of a file; \(name) takes the text itself")
            }
            guard !path.isEmpty, path.utf8.count <= 4096, !path.hasSteering else {
                return .mistake("must be the path of a file")
            }
            return .success(.file(path: path.hasPrefix("/") ? path : "\(folder)/\(path)"))
        }
        if let node = object.node(name), object.node("\(name)_file") != nil {
            object.problem(node, name, "give \(name) or \(name)_file, not both")
        }
        return file ?? inline
    }

    private func readClientCertificate(
        _ object: inout ObjectReader, hasAuthorities: Bool, _ section: JSONNode
    ) -> TLSSettings.ClientCertificate {
        let kinds: [(name: String, value: TLSSettings.ClientCertificate)] = [
            ("NoClientCert", .none), ("RequestClientCert", .requested), ("RequireAnyClientCert", .required),
            ("VerifyClientCertIfGiven", .verifiedIfGiven), ("RequireAndVerifyClientCert", .verified),
            // The toolkit's older name for it.
            ("RequireClientCert", .required),
        ]
        let key = "client_auth_type"
        let kind = object.parsed(key) { text in
            text.isEmpty ? .success(.none) : choice(text, among: kinds, what: "a kind of client authentication")
        }
        let value = kind ?? .none
        // A mistake in its value is told already.
        guard kind != nil || object.node(key) == nil else { return value }
        if hasAuthorities, value == .none {
            problems.add(
                section, object.path,
                "client_ca has no effect without client_auth_type; \"RequireAndVerifyClientCert\" lets in its clients alone"
            )
        }
        if value.isVerified, !hasAuthorities, let node = object.node(key), object.node("client_ca_file") == nil,
            object.node("client_ca") == nil
        {
            object.problem(
                node, key, "client_ca_file is missing: it holds the authorities whose clients are let in")
        }
        return value
    }

    private func readAllowedNames(
        _ object: inout ObjectReader, _ certificate: TLSSettings.ClientCertificate
    ) -> [String] {
        let key = "client_allowed_sans"
        guard let node = object.node(key) else { return [] }
        let names = object.texts(key) { text in
            !text.isEmpty && text.utf8.count <= 2048 && !text.hasSteering
                ? .success(text) : .mistake("must be a host name, an address, an e-mail address or a URI")
        }
        if names.count > 1000 { object.problem(node, key, "must have at most 1000 names") }
        if case .array(let elements) = node.value, elements.isEmpty {
            object.problem(node, key, "is empty, so that nobody would be let in; name somebody, or leave it out")
        }
        if !certificate.isNeeded {
            object.problem(
                node, key,
                "needs a client_auth_type of RequireAndVerifyClientCert or RequireAnyClientCert: others let in clients that have "
                    + "no certificate")
        }
        return names
    }

    private func readVersion(_ object: inout ObjectReader, _ key: String) -> TLSVersion? {
        let versions: [(name: String, value: TLSVersion)] = [
            ("TLS13", .tls13), ("TLS12", .tls12), ("TLS11", .tls11), ("TLS10", .tls10),
        ]
        return object.parsed(key) { choice($0, among: versions, what: "a version") }
    }

    private func readCipherSuites(_ object: inout ObjectReader, _ oldest: TLSVersion) -> [TLSCipherSuite] {
        let key = "cipher_suites"
        // Those of TLS 1.3 are all good and cannot be chosen, as in Go.
        let unchosen = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
        let known =
            TLSCipherSuite.allCases.map { (name: $0.rawValue, value: Optional($0)) }
            + unchosen.map { (name: $0, value: nil) }
        let suites = object.texts(key) { choice($0, among: known, what: "a cipher suite") }
        if oldest < .tls13, !suites.isEmpty, suites.allSatisfy({ $0 == nil }), let node = object.node(key) {
            object.problem(
                node, key,
                "has suites of TLS 1.3 only, which are always on; add some of TLS 1.2, or set min_version to TLS13")
        }
        return suites.compactMap(\.self)
    }

    private func readCurves(_ object: inout ObjectReader) -> [TLSCurve] {
        let known: [(name: String, value: TLSCurve)] = [
            ("X25519", .x25519), ("CurveP256", .p256), ("CurveP384", .p384), ("CurveP521", .p521),
        ]
        return object.texts("curve_preferences") { choice($0, among: known, what: "a curve") }
    }

    /// The value that `text` names.
    private func choice<Value>(
        _ text: String, among known: [(name: String, value: Value)], what: String
    ) -> Result<Value, ConfigurationMistake> {
        if let value = known.first(where: { $0.name == text })?.value { return .success(value) }
        let names = known.map(\.name)
        // Nothing longer is one of them misspelt.
        let shown = text.utf8.count <= 64 && !text.hasSteering ? "\"\(text)\"" : "this"
        let hint =
            Spelling.nearest(to: text, among: names).map { "did you mean \($0)?" }
            ?? "there are \(names.joined(separator: ", "))"
        return .mistake("\(shown) is not \(what); \(hint)")
    }

    // MARK: The rest

    private func readHeaders(_ section: ObjectReader) -> [WebConfiguration.Header] {
        var object = section
        let frameOptions = ["deny", "sameorigin"]
        let allowed: [(name: String, values: [String])] = [
            ("Strict-Transport-Security", []), ("X-Content-Type-Options", ["nosniff"]),
            ("X-Frame-Options", frameOptions), ("X-XSS-Protection", []), ("Content-Security-Policy", []),
        ]
        let headers = allowed.compactMap { name, values in
            object.parsed(name) { value -> Result<WebConfiguration.Header, ConfigurationMistake> in
                guard value.isEmpty || values.isEmpty || values.contains(value) else {
                    return .mistake("takes \(values.joined(separator: " or "))")
                }
                guard value.utf8.count <= 4096, value.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
                    return .mistake("must be at most 4096 characters of visible ASCII")
                }
                return .success(WebConfiguration.Header(name: name, value: value))
            }
        }
        object.finish()
        return headers.filter { !$0.value.isEmpty }
    }

    private func readUsers(_ object: ObjectReader) -> [String: PasswordHash] {
        let entries = object.entries
        if entries.count > 1000, let last = entries.last {
            object.problem(last.node, last.key, "there are more than 1000 users; use client certificates instead")
        }
        var users: [String: PasswordHash] = [:]
        for entry in entries {
            guard !entry.key.contains(":"), !entry.key.hasSteering, entry.key.utf8.count <= 255 else {
                problems.add(
                    entry, object.path, "a user name has at most 255 bytes, no colon and no control characters")
                continue
            }
            guard case .string(let text) = entry.node.value else {
                object.problem(entry.node, entry.key, "must be a string, not \(entry.node.value.kindName)")
                continue
            }
            do throws(PasswordHash.Problem) {
                users[entry.key] = try PasswordHash(text)
            } catch {
                object.problem(entry.node, entry.key, error.advice)
            }
        }
        return users
    }

    private func readRateLimit(_ section: ObjectReader) -> WebConfiguration.RateLimit? {
        var object = section
        var interval: Duration?
        if let node = object.node("interval") {
            if case .number(let number) = node.value, number.int64 == 0 {
                interval = .zero
            } else {
                interval = object.duration("interval", in: .zero...(.seconds(3600)))
            }
        }
        let burst = object.integer("burst", in: 0...1_000_000)
        object.finish()
        guard let interval, interval > .zero else { return nil }
        guard let burst, burst > 0 else {
            if let node = object.node("interval"), object.node("burst") == nil || burst == 0 {
                object.problem(node, "interval", "needs a burst of 1 or more beside it: without one nobody is answered")
            }
            return nil
        }
        return WebConfiguration.RateLimit(interval: interval, burst: Int(burst))
    }
}

extension PasswordHash.Problem {
    fileprivate var advice: String {
        switch self {
        case .noHash:
            "must be the bcrypt hash of a password, and no password: 60 characters that begin with $2y$, $2b$ or $2a$, as "
                + "'htpasswd -nBC 10 \"\"' makes them"
        case .costOutOfRange(let cost):
            "has a cost of \(cost), which must be \(PasswordHash.costs.lowerBound) to \(PasswordHash.costs.upperBound); "
                + "10 to 12 is usual"
        }
    }
}
