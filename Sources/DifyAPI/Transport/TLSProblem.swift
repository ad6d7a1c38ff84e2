import Bytes

/// Why a TLS connection cannot be trusted, or is none; each wants another remedy.
package enum TLSProblem: Hashable, Sendable {
    /// The server does not speak TLS on this port.
    case notTLS
    /// The certificate's time is over.
    case expired
    /// The certificate's time has not begun, or this machine's clock is behind.
    case notYetValid
    /// Nobody who is trusted here has signed the certificate: it is self-signed, or of a private authority.
    case unknownAuthority
    /// The certificate is for other names.
    case wrongName
    /// The file or folder of trusted authorities cannot be used.
    case authoritiesUnreadable
    case other
}

extension TLSProblem {
    /// What libcurl's code, the TLS library's finding and libcurl's words come to. The finding is OpenSSL's number or GnuTLS's
    /// bits, whichever libcurl is built with; the words help where it tells nothing.
    init(code: Int32, verifyResult: Int, message: String) {
        let words = message.lowercased()
        func says(_ phrases: String...) -> Bool { phrases.contains { words.hasOccurrence(of: $0) } }
        // CURLE_SSL_CACERT_BADFILE; its words are about a file, and not about a certificate.
        if code == 77 {
            self = .authoritiesUnreadable
        } else if says(
            "wrong version number", "unexpected tls packet", "packet length too long", "record overflow",
            "http request", "unknown protocol")
        {
            self = .notTLS
        } else if says("subject name", "host name", "hostname", "common name", "not match") {
            self = .wrongName
        } else if verifyResult == OpenSSL.expired || verifyResult & GnuTLS.expired != 0 || says("expired") {
            self = .expired
        } else if verifyResult == OpenSSL.notYetValid || verifyResult & GnuTLS.notYetValid != 0
            || says("not yet valid", "not yet activated")
        {
            self = .notYetValid
        } else if OpenSSL.unknownAuthority.contains(verifyResult)
            || says(
                "self-signed", "self signed", "issuer", "unknown ca", "not trusted", "verification failed",
                "verify the first")
        {
            self = .unknownAuthority
        } else {
            self = .other
        }
    }

    /// Findings of X509_verify_cert(3).
    private enum OpenSSL {
        static let notYetValid = 9
        static let expired = 10
        /// Self-signed alone and in a chain, no issuer here, and a chain that cannot be begun.
        static let unknownAuthority: Set = [2, 18, 19, 20, 21]
    }

    /// Bits of gnutls_certificate_status_t, beyond all of OpenSSL's numbers.
    private enum GnuTLS {
        static let notYetValid = 1 << 9
        static let expired = 1 << 10
    }
}
