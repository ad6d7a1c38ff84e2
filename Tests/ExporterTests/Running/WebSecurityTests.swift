import CivilTime
import Foundation
import Platform
import TestSupport
import Testing

@testable import Exporter

struct WebSecurityTests {
    private let logger = Logger(level: .error, format: .logfmt)

    private func withFolder(_ body: (Folder) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "dify-exporter-\(UUID())").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(Folder(path: path))
    }

    private struct Folder {
        let path: String

        func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"), options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(path)/\(name)")
        }

        func writeTLS(_ certificate: String = TestCertificates.server, _ key: String = TestCertificates.serverKey)
            throws
        {
            try write("server.pem", certificate)
            try write("server.key", key)
            try write("web.json", #"{"tls_server_config": {"cert_file": "server.pem", "key_file": "server.key"}}"#)
        }
    }

    private func lines(_ path: String) async -> [String] {
        do throws(LoadError) {
            _ = try await WebSecurity(path: path, logger: logger)
            return []
        } catch {
            return error.lines
        }
    }

    @Test func `without a file there is neither TLS nor a password`() async throws {
        for path in [nil, ""] { #expect(try await WebSecurity(path: path, logger: logger).tls == nil) }
    }

    @Test func `files are found beside the configuration`() async throws {
        try await withFolder { (folder) async throws in
            try folder.writeTLS()
            #expect(try await WebSecurity(path: "\(folder.path)/web.json", logger: logger).tls != nil)
        }
    }

    @Test func `what cannot be used is told with its place`() async throws {
        try await withFolder { (folder) async throws in
            let path = "\(folder.path)/web.json"
            #expect(await lines(path).first?.contains("web.json cannot be opened") == true)
            try folder.writeTLS(TestCertificates.server, TestCertificates.successorKey)
            #expect(
                await lines(path) == [
                    "\(path): tls_server_config.key_file: \(folder.path)/server.key is not the key that belongs to the certificate"
                ])
            try folder.writeTLS("", TestCertificates.serverKey)
            #expect(await lines(path).first?.contains("server.pem has no certificate in PEM") == true)
            try FileManager.default.removeItem(atPath: "\(folder.path)/server.pem")
            try FileManager.default.removeItem(atPath: "\(folder.path)/server.key")
            #expect(await lines(path).count == 2)
            try folder.writeTLS(TestCertificates.server, TestCertificates.encryptedServerKey)
            #expect(await lines(path).first?.contains("protected by a passphrase") == true)
            try folder.write("web.json", #"{"tls_server_config": 1, "unknown": 2}"#)
            #expect(await lines(path).count == 2)
        }
    }

    @Test func `changed files are noticed, and what cannot be used is kept out`() async throws {
        try await withFolder { (folder) async throws in
            try folder.writeTLS()
            let loaded = try await LoadedWebConfiguration.load("\(folder.path)/web.json")
            #expect(await loaded.isOutdated() == false)
            try folder.write("server.key", TestCertificates.successorKey)
            #expect(await loaded.isOutdated())
            let security = try await {
                try folder.writeTLS()
                return try await WebSecurity(path: "\(folder.path)/web.json", logger: logger)
            }()
            try folder.write("server.key", TestCertificates.successorKey)
            await #expect(throws: LoadError.self) { try await security.prepare() }
            try folder.write("server.pem", TestCertificates.successor)
            await security.adopt(try await security.prepare())
            // TLS is not switched off by a file that lost a few lines.
            try folder.write("web.json", "{}")
            await #expect(throws: LoadError.self) { try await security.prepare() }
        }
    }

    @Test func `new certificates reach the server`() async throws {
        try await withFolder { (folder) async throws in
            try folder.writeTLS()
            let security = try await WebSecurity(path: "\(folder.path)/web.json", logger: logger)
            let adopted = Locked(0)
            await security.attach { _ in adopted.withLock { $0 += 1 } }
            try folder.writeTLS(TestCertificates.successor, TestCertificates.successorKey)
            await security.adopt(try await security.prepare())
            #expect(adopted.withLock { $0 } == 1)
        }
    }

    @Test func `secrets that everybody can read and certificates that end are warned of`() async throws {
        try await withFolder { (folder) async throws in
            try folder.writeTLS()
            let path = "\(folder.path)/web.json"
            let loaded = try await LoadedWebConfiguration.load(path)
            let end = try #require(loaded.certificateEnd)
            #expect(loaded.warnings(at: .now) == [])
            #expect(loaded.warnings(at: end + Duration.seconds(-86_400)).first?.contains("ends at") == true)
            #expect(loaded.warnings(at: end + Duration.seconds(1)).first?.contains("invalid since") == true)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(folder.path)/server.key")
            let warnings = try await LoadedWebConfiguration.load(path).warnings(at: .now)
            #expect(warnings.count == 1 && warnings[0].contains("server.key, which holds a secret"))
        }
    }

    @Test func `systemd's sockets are those of this process`() throws {
        func descriptors(_ environment: Environment) throws -> [Int32] {
            try SystemdSockets.descriptors(environment, processID: 7)
        }
        #expect(try descriptors(["LISTEN_FDS": "2", "LISTEN_PID": "7"]) == [3, 4])
        for environment: Environment in [
            [:], ["LISTEN_FDS": "2"], ["LISTEN_FDS": "0", "LISTEN_PID": "7"], ["LISTEN_FDS": "1", "LISTEN_PID": "8"],
            ["LISTEN_FDS": "99999", "LISTEN_PID": "7"], ["LISTEN_FDS": "x", "LISTEN_PID": "7"],
        ] {
            #expect(throws: UsageError.self) { try descriptors(environment) }
        }
        #expect(throws: UsageError.self) { try SystemdSockets.addresses(of: [0, -1]) }
    }
}
