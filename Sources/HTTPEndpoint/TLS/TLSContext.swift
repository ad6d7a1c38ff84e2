import COpenSSL
import Platform

/// One side of TLS with its certificate, ready for connections. Made of settings once, off the serving thread: reading keys
/// takes a moment.
///
/// `@unchecked Sendable`: the library locks what its contexts share, and nothing here changes after `init`.
package final class TLSContext: @unchecked Sendable {
    let pointer: OpaquePointer

    /// When the server's certificate ends, in seconds since 1970; 0 for a client, which has none.
    package let certificateEnd: Int64

    private init(_ pointer: OpaquePointer, certificateEnd: Int64) {
        (self.pointer, self.certificateEnd) = (pointer, certificateEnd)
    }

    deinit {
        copenssl_context_free(pointer)
    }

    /// A server's. Nothing of it is a file: those are read by whoever makes the settings.
    package static func server(_ settings: TLSSettings) throws(TLSError) -> TLSContext {
        try openLibrary()
        var outcome = copenssl_outcome()
        guard let pointer = make(settings, &outcome) else { throw TLSError(outcome) }
        return TLSContext(pointer, certificateEnd: outcome.certificate_ends_at)
    }

    /// A client's that takes any server for the right one: for servers of this machine only.
    static func trustingClient() throws(TLSError) -> TLSContext {
        try openLibrary()
        guard let pointer = copenssl_trusting_client() else { throw TLSError.noMemory }
        return TLSContext(pointer, certificateEnd: 0)
    }

    private static func openLibrary() throws(TLSError) {
        if let problem = copenssl_open() { throw .libraryMissing(String(cString: problem)) }
    }

    private static func make(_ settings: TLSSettings, _ outcome: inout copenssl_outcome) -> OpaquePointer? {
        let groups = settings.curves.isEmpty ? nil : settings.curves.map(\.rawValue).joined(separator: ":")
        var names = settings.clients.allowedNames.map { UnsafePointer(strdup($0)) } + [nil]
        defer { for case let name? in names { free(UnsafeMutableRawPointer(mutating: name)) } }
        return settings.certificates.withUnsafeBufferPointer { certificates in
            settings.key.pem.withUnsafeBufferPointer { key in
                settings.clients.authorities.withUnsafeBufferPointer { authorities in
                    settings.libraryCiphers.withCString { ciphers in
                        withOptionalCString(groups) { groups in
                            names.withUnsafeMutableBufferPointer { names in
                                var all = copenssl_server_settings(
                                    certificates: certificates.baseAddress, certificates_length: certificates.count,
                                    key: key.baseAddress, key_length: key.count, authorities: authorities.baseAddress,
                                    authorities_length: authorities.count,
                                    client_rule: settings.clients.certificate.libraryRule,
                                    allowed_names: UnsafePointer(names.baseAddress),
                                    oldest_version: settings.oldest.rawValue, newest_version: settings.newest.rawValue,
                                    ciphers: ciphers, groups: groups, prefers_own_order: settings.prefersOwnOrder)
                                return copenssl_server(&all, &outcome)
                            }
                        }
                    }
                }
            }
        }
    }

    private static func withOptionalCString<Result>(
        _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
    ) -> Result {
        guard let text else { return body(nil) }
        return text.withCString(body)
    }
}

extension TLSSettings {
    /// OpenSSL's notation (openssl-ciphers(1)). Versions before 1.2 need what its security levels forbid, and suites without
    /// authenticated encryption; whoever asks for them gets them.
    fileprivate var libraryCiphers: String {
        let allowsOld = oldest < .tls12
        let chosen = cipherSuites.isEmpty ? (allowsOld ? TLSCipherSuite.allCases : TLSCipherSuite.usual) : cipherSuites
        return (chosen.map(\.libraryName) + (allowsOld ? ["@SECLEVEL=0"] : [])).joined(separator: ":")
    }
}

extension TLSSettings.ClientCertificate {
    fileprivate var libraryRule: copenssl_client_rule {
        switch self {
        case .none: COPENSSL_CLIENT_NOT_ASKED
        case .requested: COPENSSL_CLIENT_ASKED
        case .required: COPENSSL_CLIENT_NEEDED
        case .verifiedIfGiven: COPENSSL_CLIENT_VERIFIED_IF_GIVEN
        case .verified: COPENSSL_CLIENT_VERIFIED
        }
    }
}

/// Why TLS cannot be spoken with some settings.
package enum TLSError: Error, Hashable {
    /// OpenSSL is not there; the text is a sentence that says how to install it.
    case libraryMissing(String)

    /// The library's words follow each kind.
    case certificate(String)
    case noCertificate
    case key
    case encryptedKey
    case keyIsOfAnotherCertificate
    case authorities(String)
    case noAuthorities
    case setting(String)
    case noMemory

    fileprivate init(_ outcome: copenssl_outcome) {
        let detail = withUnsafeBytes(of: outcome.detail) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        switch outcome.problem {
        case COPENSSL_NO_CERTIFICATE: self = .noCertificate
        case COPENSSL_BAD_CERTIFICATE: self = .certificate(detail)
        case COPENSSL_NO_KEY: self = .key
        case COPENSSL_ENCRYPTED_KEY: self = .encryptedKey
        case COPENSSL_KEY_MISMATCH: self = .keyIsOfAnotherCertificate
        case COPENSSL_NO_AUTHORITY: self = .noAuthorities
        case COPENSSL_BAD_AUTHORITY: self = .authorities(detail)
        case COPENSSL_BAD_SETTING: self = .setting(detail)
        default: self = .noMemory
        }
    }
}
