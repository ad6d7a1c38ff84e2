extension Unicode.Scalar {
    /// Whether the scalar steers what shows it instead of being shown: control characters (C0, C1, delete), line and
    /// paragraph separators, the marks that turn the direction of text (Unicode's UAX #9), and marks that are not seen at
    /// all. The joiners that emoji and some scripts need are not among them.
    package var isSteering: Bool {
        switch value {
        case 0x00...0x1f, 0x7f...0x9f: true
        case 0x061c, 0x200e, 0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff, 0xfff9...0xfffb: true
        default: false
        }
    }
}

extension String {
    /// Whether a terminal, a log or a page could be steered by this text.
    package var hasSteering: Bool {
        // What is beyond ASCII begins with 0xc2 or more; plain ASCII is looked at as bytes.
        utf8.contains { $0 < 0x20 || $0 == 0x7f || $0 >= 0xc2 } && unicodeScalars.contains(where: \.isSteering)
    }

    /// The text with `\u202e` for what steers, as JSON escapes it.
    package var escapingSteering: String {
        guard hasSteering else { return self }
        var text = ""
        for scalar in unicodeScalars {
            guard scalar.isSteering else {
                text.unicodeScalars.append(scalar)
                continue
            }
            let digits = String(scalar.value, radix: 16)
            text += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
        return text
    }
}
