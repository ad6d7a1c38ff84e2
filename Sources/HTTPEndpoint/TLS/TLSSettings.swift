import Bytes

/// How a server speaks TLS: its certificate, whom it lets in, and what it agrees to.
package struct TLSSettings: Sendable, Equatable {
    /// The server's certificate and then those of the authorities between it and a root, in PEM (RFC 7468).
    package var certificates: [UInt8]
    package var key: PrivateKey
    package var clients: ClientRule

    package var oldest = TLSVersion.tls12
    package var newest = TLSVersion.tls13

    /// For TLS 1.2 and older, in the order of preference; empty for those that are thought good today.
    package var cipherSuites: [TLSCipherSuite] = []

    /// For the key exchange, in the order of preference; empty for what the library prefers.
    package var curves: [TLSCurve] = []

    /// Whether the server's order of cipher suites counts, or the client's.
    package var prefersOwnOrder = true

    package init(certificates: [UInt8], key: PrivateKey, clients: ClientRule = .init()) {
        self.certificates = certificates
        self.key = key
        self.clients = clients
    }

    /// A private key in PEM. It shows itself nowhere.
    package struct PrivateKey: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
        CustomReflectable
    {
        let pem: [UInt8]

        package init(pem: [UInt8]) {
            self.pem = pem
        }

        package var description: String { "<private key>" }
        package var debugDescription: String { description }
        package var customMirror: Mirror { Mirror(self, children: []) }
    }

    /// Which clients are let in by their certificates.
    package struct ClientRule: Sendable, Equatable {
        package var certificate: ClientCertificate

        /// The certificates of the authorities whose clients are let in, in PEM; needed where certificates are verified.
        package var authorities: [UInt8]

        /// A client's certificate has to be for one of these: host names, addresses, e-mail addresses, or URIs, each compared
        /// as a whole. Empty for any.
        package var allowedNames: [String]

        package init(certificate: ClientCertificate = .none, authorities: [UInt8] = [], allowedNames: [String] = []) {
            self.certificate = certificate
            self.authorities = authorities
            self.allowedNames = allowedNames
        }
    }

    /// What is asked of a client.
    package enum ClientCertificate: Sendable, Hashable {
        case none

        /// Asked for, and nothing is done with it.
        case requested

        /// Needed, whoever signed it.
        case required

        /// Not needed; one that is given has to be of the authorities.
        case verifiedIfGiven

        /// Needed, and has to be of the authorities.
        case verified

        package var isNeeded: Bool { self == .required || self == .verified }
        package var isVerified: Bool { self == .verifiedIfGiven || self == .verified }
    }
}

/// A version of TLS; the raw value is the one on the wire (RFC 8446 §4.2.1).
package enum TLSVersion: Int32, Sendable, Comparable {
    case tls10 = 0x0301
    case tls11 = 0x0302
    case tls12 = 0x0303
    case tls13 = 0x0304

    package static func < (left: TLSVersion, right: TLSVersion) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// A cipher suite of TLS 1.2 or older, by IANA's name for it.
package enum TLSCipherSuite: String, Sendable, CaseIterable {
    case ecdsaAES128GCM = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
    case rsaAES128GCM = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
    case ecdsaAES256GCM = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
    case rsaAES256GCM = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
    case ecdsaChaCha20 = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"
    case rsaChaCha20 = "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
    case ecdsaAES128CBC = "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"
    case rsaAES128CBC = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"
    case ecdsaAES256CBC = "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"
    case rsaAES256CBC = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"

    /// Those with authenticated encryption: what a server takes that was not told otherwise.
    static let usual: [TLSCipherSuite] = [
        .ecdsaAES128GCM, .rsaAES128GCM, .ecdsaAES256GCM, .rsaAES256GCM, .ecdsaChaCha20, .rsaChaCha20,
    ]

    /// OpenSSL's name for it (openssl-ciphers(1)).
    var libraryName: String {
        switch self {
        case .ecdsaAES128GCM: "ECDHE-ECDSA-AES128-GCM-SHA256"
        case .rsaAES128GCM: "ECDHE-RSA-AES128-GCM-SHA256"
        case .ecdsaAES256GCM: "ECDHE-ECDSA-AES256-GCM-SHA384"
        case .rsaAES256GCM: "ECDHE-RSA-AES256-GCM-SHA384"
        case .ecdsaChaCha20: "ECDHE-ECDSA-CHACHA20-POLY1305"
        case .rsaChaCha20: "ECDHE-RSA-CHACHA20-POLY1305"
        case .ecdsaAES128CBC: "ECDHE-ECDSA-AES128-SHA"
        case .rsaAES128CBC: "ECDHE-RSA-AES128-SHA"
        case .ecdsaAES256CBC: "ECDHE-ECDSA-AES256-SHA"
        case .rsaAES256CBC: "ECDHE-RSA-AES256-SHA"
        }
    }
}

/// A curve for the key exchange; the raw value is OpenSSL's name for it.
package enum TLSCurve: String, Sendable, CaseIterable {
    case x25519 = "X25519"
    case p256 = "P-256"
    case p384 = "P-384"
    case p521 = "P-521"
}
