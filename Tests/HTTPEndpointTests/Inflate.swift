/// Undoes gzip (RFC 1952, RFC 1951), to check compressed bytes without the library that made them.
struct Inflate {
    struct Problem: Error {
        let what: String
    }

    private let input: [UInt8]
    private var bit = 80
    private var output: [UInt8] = []

    /// The content of a gzip member without optional header fields.
    static func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
        guard bytes.count >= 18, bytes.starts(with: [0x1F, 0x8B, 8, 0]) else { throw Problem(what: "header") }
        var inflate = Inflate(input: bytes)
        while try !inflate.block() {}
        let trailer = bytes[((inflate.bit + 7) / 8)...]
        let expected = [crc(inflate.output), UInt32(inflate.output.count)].flatMap { word in
            (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
        guard trailer.elementsEqual(expected) else { throw Problem(what: "trailer") }
        return inflate.output
    }

    private init(input: [UInt8]) {
        self.input = input
    }

    /// Reads a block; true after the last.
    private mutating func block() throws -> Bool {
        let isLast = try bits(1) == 1
        switch try bits(2) {
        case 0:
            bit = (bit + 7) / 8 * 8
            let length = try bits(16)
            _ = try bits(16)
            for _ in 0..<length { output.append(UInt8(try bits(8))) }
        case 1:
            let lengths = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
            try symbols(Code(lengths), Code(Array(repeating: 5, count: 30)))
        case 2:
            let (literals, distances) = try dynamicCodes()
            try symbols(literals, distances)
        default: throw Problem(what: "block type")
        }
        return isLast
    }

    private mutating func dynamicCodes() throws -> (Code, Code) {
        let literals = try bits(5) + 257
        let distances = try bits(5) + 1
        let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
        var lengths = Array(repeating: 0, count: 19)
        for place in order.prefix(try bits(4) + 4) { lengths[place] = try bits(3) }
        let code = Code(lengths)
        var all: [Int] = []
        while all.count < literals + distances {
            switch try symbol(code) {
            case 16: all += Array(repeating: all.last ?? 0, count: try bits(2) + 3)
            case 17: all += Array(repeating: 0, count: try bits(3) + 3)
            case 18: all += Array(repeating: 0, count: try bits(7) + 11)
            case let length: all.append(length)
            }
        }
        return (Code(Array(all.prefix(literals))), Code(Array(all.dropFirst(literals))))
    }

    private mutating func symbols(_ literals: Code, _ distances: Code) throws {
        while true {
            let symbol = try symbol(literals)
            if symbol < 256 {
                output.append(UInt8(symbol))
                continue
            }
            if symbol == 256 { return }
            let length: Int
            switch symbol {
            case ..<265: length = symbol - 254
            case 285: length = 258
            default:
                let extra = (symbol - 261) / 4
                length = ((4 + (symbol - 261) % 4) << extra) + 3 + (try bits(extra))
            }
            let code = try self.symbol(distances)
            let extra = max(0, code / 2 - 1)
            let distance = code < 4 ? code + 1 : ((2 + code % 2) << extra) + 1 + (try bits(extra))
            guard distance <= output.count else { throw Problem(what: "distance") }
            for _ in 0..<length { output.append(output[output.count - distance]) }
        }
    }

    /// A canonical Huffman code: how many symbols have each length, and the symbols in order.
    private struct Code {
        var counts = Array(repeating: 0, count: 16)
        var symbols: [Int] = []

        init(_ lengths: [Int]) {
            for length in lengths where length > 0 { counts[length] += 1 }
            symbols = lengths.indices.filter { lengths[$0] > 0 }.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
        }
    }

    private mutating func symbol(_ code: Code) throws -> Int {
        var value = 0
        var first = 0
        var place = 0
        for length in 1...15 {
            value |= try bits(1)
            let count = code.counts[length]
            if value - first < count { return code.symbols[place + value - first] }
            place += count
            first = (first + count) << 1
            value <<= 1
        }
        throw Problem(what: "code")
    }

    private mutating func bits(_ count: Int) throws -> Int {
        guard bit + count <= input.count * 8 else { throw Problem(what: "end") }
        defer { bit += count }
        return (0..<count).reduce(0) { $0 | Int(input[(bit + $1) / 8] >> ((bit + $1) % 8) & 1) << $1 }
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1 }
        }
    }
}
