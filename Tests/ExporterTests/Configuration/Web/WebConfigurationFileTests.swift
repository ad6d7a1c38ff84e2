import HTTPEndpoint
import TestSupport
import Testing

@testable import Exporter

struct WebConfigurationFileTests {
    /// Of the password "correct horse".
    static let hash = "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"

    private func read(_ text: String) throws -> WebConfiguration {
        try WebConfiguration.read(Array(text.utf8), folder: "/etc/x")
    }

    /// The messages for a text, as they would be printed for a file named `f`.
    private func messages(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch let error as ConfigurationError {
            return error.problems.map { $0.line(file: "f") }
        } catch {
            return ["\(error)"]
        }
    }

    @Test func `every key of the toolkit is read`() throws {
        let configuration = try read(
            """
            {
              "tls_server_config": {
                "cert_file": "tls/server.pem", "key_file": "/run/secrets/server.key",   // below the file's folder, or from the root
                "client_ca_file": "ca.pem", "client_auth_type": "RequireAndVerifyClientCert",
                "client_allowed_sans": ["prometheus.internal", "10.0.0.7"],
                "min_version": "TLS12", "max_version": "TLS13", "prefer_server_cipher_suites": false,
                "cipher_suites": ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"],
                "curve_preferences": ["X25519", "CurveP256"],
              },
              "http_server_config": { "http2": true, "headers": {
                "X-Frame-Options": "deny", "Strict-Transport-Security": "max-age=31536000", "X-XSS-Protection": "" } },
              "basic_auth_users": { "alice": "\(Self.hash)" },
              "rate_limit": { "interval": "100ms", "burst": 20 },
            }
            """)
        let tls = try #require(configuration.tls)
        #expect(tls.certificate == .file(path: "/etc/x/tls/server.pem"))
        #expect(tls.key == .file(path: "/run/secrets/server.key"))
        #expect(tls.clientAuthorities == .file(path: "/etc/x/ca.pem"))
        #expect(tls.clientCertificate == .verified)
        #expect(tls.allowedNames == ["prometheus.internal", "10.0.0.7"])
        #expect(tls.oldest == .tls12 && tls.newest == .tls13 && !tls.prefersOwnOrder)
        #expect(tls.cipherSuites == [.ecdsaAES256GCM])
        #expect(tls.curves == [.x25519, .p256])
        #expect(
            configuration.headers.map { "\($0.name): \($0.value)" } == [
                "Strict-Transport-Security: max-age=31536000", "X-Frame-Options: deny",
            ])
        #expect(configuration.users == ["alice": try PasswordHash(Self.hash)])
        #expect(configuration.rateLimit == .init(interval: .milliseconds(100), burst: 20))
    }

    @Test func `an empty object asks for nothing`() throws {
        for text in [
            "{}", #"{"tls_server_config": {}, "basic_auth_users": {}, "http_server_config": {}, "rate_limit": {}}"#,
        ] {
            #expect(try read(text) == WebConfiguration())
        }
        #expect(try read(#"{"rate_limit": {"interval": 0, "burst": 0}}"#).rateLimit == nil)
    }

    @Test func `certificate and key may stand in the file itself`() throws {
        let tls = try #require(
            try read(
                #"{"tls_server_config": {"cert": "-----BEGIN CERTIFICATE-----", "key": "-----BEGIN PRIVATE KEY-----"}}"#
            )
            .tls)
        #expect(tls.certificate == .inline(Array("-----BEGIN CERTIFICATE-----".utf8)))
        #expect(tls.paths.isEmpty)
        #expect(!"\(tls)".contains("PRIVATE"))
    }

    @Test(arguments: [
        ("NoClientCert", TLSSettings.ClientCertificate.none), ("RequestClientCert", .requested),
        ("RequireAnyClientCert", .required), ("RequireClientCert", .required),
        ("VerifyClientCertIfGiven", .verifiedIfGiven), ("RequireAndVerifyClientCert", .verified),
    ])
    func `each kind of client authentication has its meaning`(
        _ name: String, _ expected: TLSSettings.ClientCertificate
    ) throws {
        let authorities = expected.isVerified ? #""client_ca_file": "ca.pem","# : ""
        let text = """
            {"tls_server_config": {"cert_file": "c", "key_file": "k", \(authorities) "client_auth_type": "\(name)"}}
            """
        #expect(try read(text).tls?.clientCertificate == expected)
    }

    @Test func `all mistakes are named at once, each with its place, its path and the remedy`() {
        let text = """
            {
              "tls_server_config": {
                "cert_fiel": "c.pem", "key_file": "k.pem", "min_version": "TLS1.2",
                "cipher_suites": ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA265", 5], "curve_preferences": "X25519"
              },
              "http_server_config": { "http2": 1, "headers": { "X-Frame-Options": "no", "Server": "x" } },
              "basic_auth_users": { "al:ice": "\(Self.hash)", "bob": "hunter2", "carol": "$2b$31$\(Self.hash.dropFirst(7))" },
              "rate_limit": { "interval": "1s" },
              "unknown": 1
            }
            """
        #expect(
            messages(text) == [
                "f:2:24: tls_server_config: cert_file is missing: TLS needs a certificate and its key",
                "f:3:5: tls_server_config.cert_fiel: unknown key; did you mean cert_file?",
                #"f:3:63: tls_server_config.min_version: "TLS1.2" is not a version; did you mean TLS12?"#,
                #"f:4:23: tls_server_config.cipher_suites[0]: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA265" is not a cipher suite; did you mean TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256?"#,
                "f:4:64: tls_server_config.cipher_suites[1]: must be a string, not a number",
                "f:4:89: tls_server_config.curve_preferences: must be an array, not a string",
                "f:6:36: http_server_config.http2: must be true or false, not a number",
                "f:6:71: http_server_config.headers.X-Frame-Options: takes deny or sameorigin",
                "f:6:77: http_server_config.headers.Server: unknown key; known here: Content-Security-Policy, "
                    + "Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, X-XSS-Protection",
                "f:7:25: basic_auth_users: a user name has at most 255 bytes, no colon and no control characters",
                "f:7:106: basic_auth_users.bob: must be the bcrypt hash of a password, and no password: 60 characters that begin "
                    + #"with $2y$, $2b$ or $2a$, as 'htpasswd -nBC 10 ""' makes them"#,
                "f:7:126: basic_auth_users.carol: has a cost of 31, which must be 4 to 16; 10 to 12 is usual",
                "f:8:31: rate_limit.interval: needs a burst of 1 or more beside it: without one nobody is answered",
                "f:9:3: unknown: unknown key; known here: basic_auth_users, http_server_config, rate_limit, tls_server_config",
            ])
    }

    @Test func `client authentication that would let in too many, or nobody, is a mistake`() {
        func message(_ members: String) -> [String] {
            messages(#"{"tls_server_config": {"cert_file": "c", "key_file": "k", "# + members + "}}")
        }
        #expect(message(#""client_ca_file": "a""#).first?.contains("no effect without client_auth_type") == true)
        #expect(
            message(#""client_auth_type": "RequireAndVerifyClientCert""#).first?.contains("client_ca_file is missing")
                == true)
        #expect(
            message(
                #""client_auth_type": "VerifyClientCertIfGiven", "client_ca_file": "a", "client_allowed_sans": ["x"]"#
            )
            .first?.contains("needs a client_auth_type of RequireAndVerifyClientCert") == true)
        #expect(
            message(#""client_auth_type": "RequireAnyClientCert", "client_allowed_sans": []"#).first?
                .contains("nobody would be let in") == true)
        #expect(message(#""min_version": "TLS13", "max_version": "TLS12""#).count == 1)
        #expect(message(#""cipher_suites": ["TLS_AES_128_GCM_SHA256"]"#).first?.contains("TLS 1.3 only") == true)
        #expect(message(#""cipher_suites": ["TLS_AES_128_GCM_SHA256"], "min_version": "TLS13""#).isEmpty)
    }

    @Test func `a text in the place of a path, and a path in the place of a text, are told apart`() {
        let mistakes = messages(
            #"{"tls_server_config": {"cert": "/etc/c.pem", "key_file": "-----BEGIN PRIVATE KEY-----\nMIIsecret"}}"#)
        #expect(mistakes.count == 2)
        #expect(mistakes.first?.contains("cert_file takes the path") == true)
        #expect(mistakes.last?.contains("key takes the text itself") == true)
        #expect(!mistakes.joined().contains("secret"))
    }

    @Test func `no message shows a password or a hash, wherever it stands`() {
        for text in [
            #"{"basic_auth_users": {"alice": "hunter2"}}"#, #"{"basic_auth_users": {"\#(Self.hash)": "hunter2"}}"#,
            #"{"basic_auth_users": {"\#(Self.hash)": "x", "\#(Self.hash)": "x"}}"#, #"{"\#(Self.hash)": 1}"#,
            #"{"tls_server_config": {"min_version": "\#(Self.hash)", "\#(Self.hash)": 2}}"#,
            #"{"basic_auth_users": "\#(Self.hash)"}"#,
        ] {
            let mistakes = messages(text).joined(separator: "\n")
            #expect(!mistakes.isEmpty && !mistakes.contains("hunter2") && !mistakes.contains(Self.hash.dropFirst(8)))
        }
    }

    @Test func `only a whole hash of bcrypt is one`() throws {
        #expect(throws: Never.self) { try PasswordHash(Self.hash) }
        for text in [
            "", "hunter2", String(Self.hash.dropLast()), Self.hash + "a", Self.hash.replacing("$2b", with: "$2x"),
            Self.hash.replacing("$04$", with: "$4.$"), Self.hash.replacing("abc", with: "a:c"),
            Self.hash.replacing("abc", with: "ä c"), "$6$" + Self.hash.dropFirst(3),
        ] {
            #expect(throws: PasswordHash.Problem.noHash) { try PasswordHash(text) }
        }
        #expect(throws: PasswordHash.Problem.costOutOfRange(17)) {
            try PasswordHash(Self.hash.replacing("$04$", with: "$17$"))
        }
        #expect(!"\(try PasswordHash(Self.hash))".contains("$"))
    }

    @Test func `YAML that is not JSON is told so`() {
        #expect(messages("tls_server_config:\n  cert_file: x\n").first?.contains("not other YAML") == true)
        #expect(messages("").first == "f:1:1: the file is empty; it needs at least {}")
    }

    @Test func `any text is a configuration or a list of problems`() {
        var random = Seeded(7)
        let whole = Array(
            """
            {"tls_server_config": {"cert_file": "c", "key": "-----BEGIN ", "client_auth_type": "RequireAnyClientCert",
             "client_allowed_sans": ["a"]}, "basic_auth_users": {"a": "\(Self.hash)"}, "rate_limit": {"interval": "1s", "burst": 2}}
            """.utf8)
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0...random.below(3) {
                let place = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[place] = UInt8(random.below(256))
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8(random.below(128)), at: place)
                }
            }
            do throws(ConfigurationError) {
                _ = try WebConfiguration.read(bytes, folder: ".")
            } catch {
                #expect(!error.problems.isEmpty)
            }
        }
    }
}
