/// The colours of the status page, each with a name, for light and for dark. A test computes that every text and every mark
/// can be told from every background (WCAG 2.2, 1.4.3 and 1.4.11).
struct StatusColors {
    /// What things lie on.
    let backgrounds: [(name: String, color: RGB)]
    /// What is read: at least 4.5 to 1 on every background.
    let texts: [(name: String, color: RGB)]
    /// What is seen, in plots above all: at least 3 to 1 on every background.
    let marks: [(name: String, color: RGB)]
    /// Lines that only please the eye.
    let ornaments: [(name: String, color: RGB)]

    /// 24 bits of sRGB.
    struct RGB: Equatable, ExpressibleByIntegerLiteral {
        let bits: UInt32

        init(integerLiteral bits: UInt32) {
            self.bits = bits
        }

        /// As CSS has it: `#1c2128`.
        var css: String {
            let digits = String(bits, radix: 16)
            return "#" + String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
        }
    }

    static let light = StatusColors(
        backgrounds: [("page", 0xf4f6f8), ("card", 0xffffff)],
        texts: [
            ("text", 0x1c2128), ("muted", 0x545d68), ("link", 0x0a56c4), ("good", 0x17692f), ("bad", 0xb3201a),
            ("warn", 0x875000),
        ],
        marks: [
            ("succeeded", 0x2f8a4c), ("failed", 0xcf222e), ("partial", 0xb86a00), ("stopped", 0x6e7781),
            ("other", 0x8250df), ("median", 0x0969da), ("p95", 0xa23aa0), ("axis", 0x77808a),
        ],
        ornaments: [("rule", 0xd5dae0)])

    static let dark = StatusColors(
        backgrounds: [("page", 0x0e1116), ("card", 0x171b22)],
        texts: [
            ("text", 0xe6eaf0), ("muted", 0x9aa4b1), ("link", 0x74b3ff), ("good", 0x5fca7c), ("bad", 0xff8a80),
            ("warn", 0xe5ab4b),
        ],
        marks: [
            ("succeeded", 0x3da65c), ("failed", 0xf4564e), ("partial", 0xd89a2b), ("stopped", 0x8b949e),
            ("other", 0xa681f5), ("median", 0x58a6ff), ("p95", 0xe08bdc), ("axis", 0x707a87),
        ],
        ornaments: [("rule", 0x303741)])

    /// The variables of the style sheet.
    var css: String {
        (backgrounds + texts + marks + ornaments).map { "--\($0.name):\($0.color.css)" }.joined(separator: ";")
    }
}
