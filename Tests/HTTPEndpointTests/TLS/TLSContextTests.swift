import TestSupport
import Testing

@testable import HTTPEndpoint

struct TLSContextTests {
    private func problem(_ change: (inout TLSSettings) -> Void) -> TLSError? {
        var settings = TLSSettings.test
        change(&settings)
        do throws(TLSError) {
            _ = try TLSContext.server(settings)
            return nil
        } catch {
            return error
        }
    }

    private func key(_ pem: String) -> TLSSettings.PrivateKey {
        .init(pem: Array(pem.utf8))
    }

    @Test func `a certificate with its key is taken, and tells when it ends`() throws {
        let context = try TLSContext.server(.test)
        #expect(context.certificateEnd > 4_900_000_000 && context.certificateEnd < 5_000_000_000)
    }

    @Test func `what does not belong together, is missing or cannot be read is named`() {
        #expect(problem { $0.key = key(TestCertificates.successorKey) } == .keyIsOfAnotherCertificate)
        #expect(problem { $0.key = key(TestCertificates.encryptedServerKey) } == .encryptedKey)
        #expect(problem { $0.key = key("") } == .key)
        #expect(problem { $0.key = key(TestCertificates.server) } == .key)
        #expect(problem { $0.certificates = [] } == .noCertificate)
        #expect(problem { $0.certificates = Array(TestCertificates.serverKey.utf8) } == .noCertificate)
        let cut = Array(TestCertificates.server.utf8.dropLast(60))
        guard case .certificate = problem({ $0.certificates += cut }) else {
            Issue.record("half a certificate in the chain is taken")
            return
        }
        #expect(problem { $0.clients = .init(certificate: .verified, authorities: Array("x".utf8)) } == .noAuthorities)
        guard case .authorities = problem({ $0.clients = .init(certificate: .verified, authorities: cut) }) else {
            Issue.record("half an authority is taken")
            return
        }
    }

    @Test(arguments: TLSCipherSuite.allCases)
    func `the library knows each cipher suite`(_ suite: TLSCipherSuite) {
        #expect(problem { $0.cipherSuites = [suite] } == nil)
    }

    @Test(arguments: TLSCurve.allCases)
    func `the library knows each curve`(_ curve: TLSCurve) {
        #expect(problem { $0.curves = [curve] } == nil)
    }

    @Test func `settings do not show their key`() {
        #expect(!"\(TLSSettings.test)".contains("BEGIN PRIVATE") && !"\(TLSSettings.test.key)".contains("BEGIN"))
    }
}

extension TLSSettings {
    static let test = TLSSettings(
        certificates: Array(TestCertificates.server.utf8), key: .init(pem: Array(TestCertificates.serverKey.utf8)))
}
