import Foundation
import Platform
import TestSupport
import Testing

/// The program under test, which is built beside the tests.
enum Program {
    static var path: String {
        get throws {
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let path = URL(filePath: own).deletingLastPathComponent().appending(path: "dify-exporter").path
            return try #require(FileManager.default.isExecutableFile(atPath: path) ? path : nil, "\(path) is not built")
        }
    }

    static func start(
        _ arguments: String..., environment: [String: String] = [:], standardError: Int32? = nil
    ) throws -> ChildProcess {
        try ChildProcess(try path, arguments, environment: environment, standardError: standardError)
    }

    /// Waits until it says where it serves.
    static func port(of process: ChildProcess) async throws -> UInt16 {
        let line = try #require(try await process.line { $0.contains("msg=serving") })
        let match = try #require(line.firstMatch(of: /addresses=127\.0\.0\.1:([0-9]+)/))
        return try #require(UInt16(match.output.1))
    }

    static func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dify-exporter-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }
}

/// One request to a server of this machine, and all of its answer.
func answer(_ path: String, method: String = "GET", port: UInt16, accept: String = "*/*") async throws -> String {
    try await Workbench.waiting {
        #if canImport(Glibc)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { throw SystemError() }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafePointer(to: &address) {
            connect(descriptor, UnsafeRawPointer($0).assumingMemoryBound(to: sockaddr.self), size)
        }
        guard code == 0 else { throw SystemError() }
        let head =
            "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nAccept: \(accept)\r\nConnection: close\r\n\r\n"
        guard SystemCall.writeAll(Array(head.utf8), to: descriptor) else { throw SystemError() }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = read(descriptor, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
