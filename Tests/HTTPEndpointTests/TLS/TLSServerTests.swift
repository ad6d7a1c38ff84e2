import Foundation
import Platform
import TestSupport
import Testing

@testable import HTTPEndpoint

/// A server that speaks TLS, and clients of it that other people wrote.
struct TLSServerTests {
    private static let curl = "/usr/bin/curl"
    private static let hasCurl = access(curl, X_OK) == 0

    private func serve(
        _ settings: TLSSettings = .test, limits: HTTPServer.Limits = .init(),
        handler: @escaping HTTPServer.Handler = { .text(200, $0.path) },
        _ body: (HTTPServer, ListenAddress) async throws -> Void
    ) async throws {
        let server = try HTTPServer(
            addresses: [ListenAddress(host: "127.0.0.1", port: 0)], limits: limits, security: .server(settings),
            handler: handler)
        server.start()
        try await body(server, server.boundAddresses[0])
        await server.stop()
    }

    private func probe(_ address: ListenAddress, overTLS: Bool = true) async throws -> HTTPProbe.Answer {
        try await HTTPProbe.answer(to: "/x", at: address, overTLS: overTLS, seconds: 300)
    }

    /// What curl gets, and its exit status.
    private func get(_ address: ListenAddress, _ arguments: [String]) async throws -> (
        text: String, end: ChildProcess.End
    ) {
        let child = try ChildProcess(
            Self.curl, ["-sS", "--max-time", "300", "https://localhost:\(address.port)/x"] + arguments)
        let text = try await child.text()
        return (text, try await child.ended())
    }

    private func withFiles(_ body: (_ folder: String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dify-exporter-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in [
            ("ca", TestCertificates.authority), ("client", TestCertificates.client + TestCertificates.clientKey),
            ("stranger", TestCertificates.stranger + TestCertificates.strangerKey),
        ] {
            try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name).pem"))
        }
        try await body(folder)
    }

    @Test func `requests are answered through TLS, one after the other`() async throws {
        try await serve { (_, address) async throws in
            for _ in 0..<3 { #expect(try await probe(address) == .status(200)) }
        }
    }

    @Test(.enabled(if: hasCurl, "curl is needed"))
    func `a client that verifies the server is content`() async throws {
        try await withFiles { (folder) async throws in
            try await serve { (_, address) async throws in
                for version in ["--tlsv1.3", "--tls-max 1.2"] {
                    let arguments = ["--cacert", "\(folder)/ca.pem"] + version.split(separator: " ").map(String.init)
                    #expect(try await get(address, arguments).text == "/x")
                }
            }
        }
    }

    @Test(.enabled(if: hasCurl, "curl is needed"))
    func `a large answer arrives whole`() async throws {
        let large: HTTPServer.Handler = { _ in HTTPResponse(status: 200, body: Array(repeating: 65, count: 3_000_000)) }
        try await serve(handler: large) { (_, address) async throws in
            #expect(try await get(address, ["-k"]).text.utf8.count == 3_000_000)
        }
    }

    @Test(.enabled(if: hasCurl, "curl is needed"))
    func `a long body arrives whole, at several readers at once`() async throws {
        let body = LongBody.counting(3_000_000)
        let long: HTTPServer.Handler = { _ in
            var response = HTTPResponse(status: 200)
            response.longBody = body
            return response
        }
        try await serve(handler: long) { (_, address) async throws in
            async let slow = get(address, ["-k", "--limit-rate", "4M"])
            async let fast = get(address, ["-k"])
            let texts = try await [slow.text, fast.text]
            #expect(texts == Array(repeating: LongBody.text(3_000_000), count: 2))
        }
    }

    /// Whether a client with no certificate, one of the authority, and one of nobody is let in.
    @Test(
        .enabled(if: hasCurl, "curl is needed"),
        arguments: [
            (TLSSettings.ClientCertificate.none, [true, true, true]), (.requested, [true, true, true]),
            (.required, [false, true, true]), (.verifiedIfGiven, [true, true, false]),
            (.verified, [false, true, false]),
        ] as [(TLSSettings.ClientCertificate, [Bool])])
    func `each kind of client authentication lets in whom it should`(
        _ kind: TLSSettings.ClientCertificate, _ expected: [Bool]
    ) async throws {
        var settings = TLSSettings.test
        settings.clients = .init(certificate: kind, authorities: Array(TestCertificates.authority.utf8))
        try await withFiles { (folder) async throws in
            try await serve(settings) { (_, address) async throws in
                var found: [Bool] = []
                for certificate in [[], ["-E", "\(folder)/client.pem"], ["-E", "\(folder)/stranger.pem"]] {
                    found.append(try await get(address, ["-k"] + certificate).end == .exited(0))
                }
                #expect(found == expected)
            }
        }
    }

    @Test(
        .enabled(if: hasCurl, "curl is needed"),
        arguments: [
            ("prometheus.test", true), ("10.0.0.7", true), ("ops@test", true), ("spiffe://test/prometheus", true),
            ("prometheus", false), ("prometheus.test.", false), ("10.0.0.8", false), ("*.test", false),
        ])
    func `only certificates for an allowed name are let in`(_ name: String, _ isLetIn: Bool) async throws {
        var settings = TLSSettings.test
        settings.clients = .init(
            certificate: .verified, authorities: Array(TestCertificates.authority.utf8),
            allowedNames: ["else.test", name])
        try await withFiles { (folder) async throws in
            try await serve(settings) { (_, address) async throws in
                let end = try await get(address, ["-k", "-E", "\(folder)/client.pem"]).end
                #expect((end == .exited(0)) == isLetIn)
            }
        }
    }

    @Test func `a client without a certificate is refused where one is needed`() async throws {
        var settings = TLSSettings.test
        settings.clients = .init(certificate: .verified, authorities: Array(TestCertificates.authority.utf8))
        for newest in [TLSVersion.tls13, .tls12] {
            settings.newest = newest
            try await serve(settings) { (_, address) async throws in
                #expect(try await probe(address) == .handshakeRefused)
            }
        }
    }

    @Test func `a request in the clear is told that this is TLS, and rubbish gets nothing`() async throws {
        try await serve { (_, address) async throws in
            let (request, rubbish) = try await onOwnThread {
                Result {
                    let first = try #require(BlockingClient(port: address.port))
                    first.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                    let second = try #require(BlockingClient(port: address.port))
                    second.send("\u{1}rubbish")
                    return (first.readToEnd(), second.readToEnd())
                }
            }.get()
            #expect(request.text.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            #expect(request.text.contains("Client sent an HTTP request to an HTTPS server."))
            #expect(!request.wasReset)
            #expect(rubbish.text.isEmpty)
        }
    }

    @Test func `a handshake that stops half-way ends at the deadline of a head`() async throws {
        var limits = HTTPServer.Limits()
        limits.headDeadline = .milliseconds(50)
        try await serve(limits: limits) { (_, address) async throws in
            for beginning in ["", "\u{16}", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}"] {
                let rest = try await onOwnThread {
                    Result {
                        let client = try #require(BlockingClient(port: address.port))
                        client.send(beginning)
                        return client.readToEnd()
                    }
                }.get()
                #expect(rest.text.isEmpty)
            }
        }
    }

    @Test(.enabled(if: hasCurl, "curl is needed"))
    func `a new certificate is shown to those who connect from then on`() async throws {
        try await withFiles { (folder) async throws in
            try await serve { (server, address) async throws in
                var renewed = TLSSettings(
                    certificates: Array(TestCertificates.stranger.utf8),
                    key: .init(pem: Array(TestCertificates.strangerKey.utf8)))
                #expect(try await get(address, ["--cacert", "\(folder)/ca.pem"]).text == "/x")
                server.adopt(try .server(renewed))
                // The stranger's certificate is not of this authority.
                try await Workbench.until {
                    try await get(address, ["--cacert", "\(folder)/ca.pem"]).end == .exited(60)
                }
                renewed = TLSSettings(
                    certificates: Array(TestCertificates.successor.utf8),
                    key: .init(pem: Array(TestCertificates.successorKey.utf8)))
                server.adopt(try .server(renewed))
                try await Workbench.until {
                    try await get(address, ["--cacert", "\(folder)/ca.pem"]).text == "/x"
                }
            }
        }
    }

    @Test(.enabled(if: hasCurl, "curl is needed"))
    func `versions older than the oldest are refused`() async throws {
        var settings = TLSSettings.test
        settings.oldest = .tls13
        try await serve(settings) { (_, address) async throws in
            #expect(try await get(address, ["-k", "--tls-max", "1.2"]).end == .exited(35))
            #expect(try await get(address, ["-k"]).text == "/x")
        }
    }

    @Test(arguments: [(connections: 8, sessions: 384), (8, 2), (4096, 1)])
    func `connections in every stage of a handshake do not keep the next one out`(
        connections: Int, sessions: Int
    ) async throws {
        var limits = HTTPServer.Limits()
        limits.connections = connections
        limits.sessions = sessions
        // The last is a whole record with the first bytes of a message: it takes a session, and waits.
        let stages: [[UInt8]] = [
            [], [22], [22, 3, 1, 2, 0, 1, 0], [22, 3, 1, 0, 5, 1, 0, 1, 0, 3],
        ]
        try await serve(limits: limits) { (_, address) async throws in
            let crowd = try await onOwnThread {
                Result {
                    try (0..<40).map { number in
                        let client = try #require(BlockingClient(port: address.port))
                        client.send(String(decoding: stages[number % stages.count], as: UTF8.self))
                        return client
                    }
                }
            }.get()
            // Of so few sessions the crowd may still take the one that a client has got; then it comes again.
            try await Workbench.until { (try? await probe(address)) == .status(200) }
            withExtendedLifetime(crowd) {}
        }
    }
}
