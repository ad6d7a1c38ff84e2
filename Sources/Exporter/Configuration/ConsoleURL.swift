import Bytes
import DifyAPI

/// Where an app's logs are in Dify's console, as in `https://cloud.dify.ai/app/1f0c2d1a-…/logs`: a link for people, which this
/// program never opens.
///
/// Dify's console has a page of logs for each app, and none for a single run; its search field finds a run by its id.
package struct ConsoleURL: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// What is wrong, in a sentence that never repeats what might be a password.
    package struct Problem: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// Reads `http://` or `https://`, a host, perhaps a port, and the path of a page. Anything else is refused: it goes into
    /// links and label values that many people see.
    package init(_ text: String) throws(Problem) {
        guard text.utf8.count <= 1024 else { throw Problem(description: "a console URL has at most 1024 bytes") }
        guard let schemeEnd = text.firstOccurrence(of: "://"),
            ["http", "https"].contains(text[..<schemeEnd.lowerBound].lowercased())
        else {
            throw Problem(
                description: "a console URL begins with http:// or https://, as in https://cloud.dify.ai/app/ID/logs")
        }
        let scheme = text[..<schemeEnd.lowerBound].lowercased()
        let rest = text[schemeEnd.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else {
            throw Problem(description: "a console URL holds no user or password, since everybody can see it")
        }
        guard BaseURL.isValidAuthority(authority) else {
            throw Problem(description: "there is no valid host after \(scheme)://")
        }
        let path = rest[authority.endIndex...]
        guard !path.contains("?"), !path.contains("#") else {
            throw Problem(
                description: "a console URL has no query and no fragment; it is the address of the app's page of logs")
        }
        guard Self.isPath(path) else {
            throw Problem(
                description:
                    "a console URL has only letters, digits and -._~!$&'()*+,;=:@/ behind the host, or % and two "
                    + "hexadecimal digits for anything else")
        }
        description = "\(scheme)://\(authority.lowercased())\(path)"
    }

    /// The characters of a path (RFC 3986 §3.3).
    private static func isPath(_ text: Substring) -> Bool {
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                let digits = rest.prefix(2)
                guard digits.count == 2, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else {
                    return false
                }
                rest = rest.dropFirst(2)
            } else if !(0x61...0x7a).contains(byte | 0x20), !(0x30...0x39).contains(byte),
                !"-._~!$&'()*+,;=:@/".utf8.contains(byte)
            {
                return false
            }
        }
        return true
    }
}
