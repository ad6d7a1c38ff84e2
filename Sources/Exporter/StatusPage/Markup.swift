extension String {
    /// The text as it may stand in HTML, between tags and in quoted attributes. Control characters, which HTML forbids or
    /// changes, become U+FFFD.
    var escaped: String {
        guard utf8.contains(where: { $0 < 0x20 || "&<>\"'\u{7f}".utf8.contains($0) }) else { return self }
        var escaped = ""
        escaped.reserveCapacity(utf8.count + 16)
        for scalar in unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\t", "\n": escaped.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0x7f: escaped += "\u{fffd}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// As a query's name or value: all but the unreserved characters of RFC 3986 as percent signs with two digits.
    var percentEncoded: String { percentEncoded(except: "-._~") }

    /// As a path: its slashes stay.
    var percentEncodedPath: String { percentEncoded(except: "-._~/") }

    private func percentEncoded(except plain: String) -> String {
        var encoded = ""
        for byte in utf8 {
            let isAlphanumeric = (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) && byte < 0x80
            if isAlphanumeric || plain.utf8.contains(byte) {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }
}
