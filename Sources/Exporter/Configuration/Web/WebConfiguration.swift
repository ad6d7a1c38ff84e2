import HTTPEndpoint

/// How the endpoint is guarded: TLS, passwords, extra headers, a limit of requests. What of it is in other files is named
/// here and not read yet.
package struct WebConfiguration: Sendable, Equatable {
    /// Nil for plain HTTP.
    package var tls: TLS?

    /// By user name; empty where no password is asked for.
    package var users: [String: PasswordHash] = [:]

    /// Set on every answer that does not have the field already.
    package var headers: [Header] = []
    package var rateLimit: RateLimit?

    package init() {}

    package struct Header: Sendable, Equatable {
        let name: String
        let value: String
    }

    /// A bucket of `burst` requests, to which one is added each `interval`.
    package struct RateLimit: Sendable, Equatable {
        let interval: Duration
        let burst: Int
    }

    package struct TLS: Sendable, Equatable {
        var certificate: Material
        var key: Material
        var clientAuthorities: Material?
        var clientCertificate = TLSSettings.ClientCertificate.none
        var allowedNames: [String] = []
        var oldest = TLSVersion.tls12
        var newest = TLSVersion.tls13
        var cipherSuites: [TLSCipherSuite] = []
        var curves: [TLSCurve] = []
        var prefersOwnOrder = true

        /// The files that are read beside the configuration.
        var paths: [String] { [certificate, key, clientAuthorities].compactMap { $0?.path } }
    }

    /// Something in PEM, which may be a private key. It shows itself nowhere.
    package enum Material: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
        CustomReflectable
    {
        case inline([UInt8])
        case file(path: String)

        var path: String? {
            if case .file(let path) = self { path } else { nil }
        }

        package var description: String { path.map { "<\($0)>" } ?? "<inline>" }
        package var debugDescription: String { description }
        package var customMirror: Mirror { Mirror(self, children: []) }
    }
}

/// A bcrypt hash of a password, in the modular crypt format: `$2b$10$`, 22 characters of salt, 31 of hash. It shows itself
/// nowhere.
package struct PasswordHash: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    let text: String

    /// The work of it: two to the power of this many rounds, `costs` at most. 16 takes some three seconds.
    let cost: Int

    static let costs = 4...16

    enum Problem: Error, Equatable {
        case noHash
        case costOutOfRange(Int)
    }

    /// `$2x$` marks hashes of a broken implementation and is none of them.
    init(_ text: String) throws(Problem) {
        let bytes = Array(text.utf8)
        let isSalted = bytes.dropFirst(7).allSatisfy { byte in
            byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/") || Self.isLetterOrDigit(byte)
        }
        guard bytes.count == 60, ["$2a$", "$2b$", "$2y$"].contains(String(text.prefix(4))), isSalted,
            bytes[6] == UInt8(ascii: "$"), bytes[4...5].allSatisfy({ (0x30...0x39).contains($0) })
        else { throw .noHash }
        let cost = Int(bytes[4] - 0x30) * 10 + Int(bytes[5] - 0x30)
        guard Self.costs.contains(cost) else { throw .costOutOfRange(cost) }
        self.text = text
        self.cost = cost
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }

    package var description: String { "<password hash>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
