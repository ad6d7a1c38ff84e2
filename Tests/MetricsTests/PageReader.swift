/// Reads text 0.0.4 and OpenMetrics pages by their grammar, strictly; knows nothing of the writer.
struct PageReader {
    struct Problem: Error {
        let offset: Int
    }

    private let bytes: Bytes
    private var place = 0
    private let openMetrics: Bool

    static func read(_ bytes: Bytes, openMetrics: Bool) throws -> ReadPage {
        var reader = PageReader(bytes: bytes, openMetrics: openMetrics)
        return try reader.page()
    }

    private init(bytes: Bytes, openMetrics: Bool) {
        self.bytes = bytes
        self.openMetrics = openMetrics
    }

    private mutating func page() throws -> ReadPage {
        var page = ReadPage()
        while place < bytes.count {
            guard !page.hasEnd else { throw Problem(offset: place) }
            if take("# ") {
                let keyword = token()
                if keyword == Bytes("EOF".utf8) {
                    page.hasEnd = true
                } else {
                    try expect(" ")
                    let name = token()
                    try expect(" ")
                    page.comments.append([keyword, name, text(until: UInt8(ascii: "\n"))])
                }
            } else {
                page.samples.append(try sample())
            }
            try expect("\n")
        }
        return page
    }

    private mutating func sample() throws -> ReadSample {
        var sample = ReadSample(name: token())
        if take("{") { sample.labels = try labels() }
        try expect(" ")
        sample.value = try number()
        if openMetrics, take(" # {") {
            var exemplar = ReadExemplar(labels: try labels())
            try expect(" ")
            exemplar.value = try number()
            if take(" ") { exemplar.timestamp = try milliseconds() }
            sample.exemplar = exemplar
        }
        return sample
    }

    /// What follows the brace, and the other brace.
    private mutating func labels() throws -> [[Bytes]] {
        var labels: [[Bytes]] = []
        while !take("}") {
            if !labels.isEmpty { try expect(",") }
            let name = token()
            try expect("=\"")
            labels.append([name, text(until: UInt8(ascii: "\""))])
            try expect("\"")
        }
        return labels
    }

    private mutating func token() -> Bytes {
        let start = place
        while place < bytes.count {
            switch bytes[place] {
            case 0x20, 0x0A, 0x7B, 0x7D, 0x3D, 0x2C: return Bytes(bytes[start..<place])
            default: place += 1
            }
        }
        return Bytes(bytes[start...])
    }

    private mutating func text(until end: UInt8) -> Bytes {
        var text: Bytes = []
        while place < bytes.count, bytes[place] != end {
            if bytes[place] == 0x5C, place + 1 < bytes.count {
                place += 1
                text.append(bytes[place] == UInt8(ascii: "n") ? 0x0A : bytes[place])
            } else {
                text.append(bytes[place])
            }
            place += 1
        }
        return text
    }

    private mutating func number() throws -> Bits {
        let start = place
        let text = String(decoding: token(), as: UTF8.self)
        switch text {
        case "+Inf": return Bits(.infinity)
        case "-Inf": return Bits(-.infinity)
        case "NaN": return Bits(.nan)
        default:
            guard let first = text.utf8.first, first == UInt8(ascii: "-") || (48...57).contains(first),
                let value = Double(text)
            else { throw Problem(offset: start) }
            return Bits(value)
        }
    }

    private mutating func milliseconds() throws -> Int64 {
        let start = place
        let parts = String(decoding: token(), as: UTF8.self).split(separator: ".", omittingEmptySubsequences: false)
        let decimals = parts.count == 2 ? String(parts[1]) : ""
        let digits = "\(parts[0])\(decimals)\(String(repeating: "0", count: max(0, 3 - decimals.utf8.count)))"
        guard parts.count <= 2, decimals.utf8.count <= 3, let value = Int64(digits) else {
            throw Problem(offset: start)
        }
        return value
    }

    private mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard place + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[place + offset] != text.utf8Start[offset] { return false }
        place += count
        return true
    }

    private mutating func expect(_ text: StaticString) throws {
        guard take(text) else { throw Problem(offset: place) }
    }
}
