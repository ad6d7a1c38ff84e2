extension String {
    /// For a query's name or value: every byte but the unreserved characters of RFC 3986 §2.3 as `%XX`; in particular `+`,
    /// which servers read as a space.
    package var percentEncoded: String { percentEncoded(except: "-._~") }

    /// For a path: slashes stay.
    package var percentEncodedPath: String { percentEncoded(except: "-._~/") }

    private func percentEncoded(except plain: String) -> String {
        var encoded = ""
        for byte in utf8 {
            if ASCII.isAlphanumeric(byte) || plain.utf8.contains(byte) {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }
}
