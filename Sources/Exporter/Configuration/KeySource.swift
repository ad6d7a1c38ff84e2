import DifyAPI

/// Where an app's key comes from.
package enum KeySource: Hashable, Sendable {
    case inline(APIKey)
    /// A file that holds the key and perhaps a line end; it is read again when it changes.
    case file(path: String)
    case environment(name: String)

    /// Reads the key. The error names the place and the remedy, never what it found there.
    package func read(environment: [String: String]) throws(KeyError) -> APIKey {
        switch self {
        case .inline(let key): return key
        case .file(let path):
            let bytes: [UInt8]
            do {
                bytes = try File.read(path, limit: 64 << 10)
            } catch {
                throw KeyError(message: "the key file \(error)")
            }
            guard let key = APIKey(String(decoding: bytes, as: UTF8.self)) else {
                throw KeyError(message: "the key file \(path) must hold nothing but the key, on one line")
            }
            return key
        case .environment(let name):
            guard let text = environment[name], !text.isEmpty else {
                throw KeyError(message: "the environment variable \(name) is not set; it should hold the key")
            }
            guard let key = APIKey(text) else {
                throw KeyError(message: "the environment variable \(name) must hold nothing but the key")
            }
            return key
        }
    }
}

/// Why a key could not be read.
package struct KeyError: Error, Equatable, CustomStringConvertible {
    let message: String
    package var description: String { message }
}
