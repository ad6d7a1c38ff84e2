import TestSupport
import Testing

@testable import JSON

@Suite struct JSONReaderTests {
    @Test func `values are pulled one by one`() throws {
        var reader = try JSONReader(Array(#" {"a" : [1, -2.5e1, "x\u00e9\ud83d\ude00\n", true, null], "b": {}} "#.utf8))
        try reader.enterObject()
        #expect(try reader.nextKey() == "a")
        try reader.enterArray()
        #expect(try reader.nextElement())
        #expect(try reader.readNumber().int64 == 1)
        #expect(try reader.nextElement())
        #expect(try reader.readNumber().double == -25)
        #expect(try reader.nextElement())
        #expect(try reader.readString() == "xé😀\n")
        #expect(try reader.nextElement())
        #expect(try reader.readBool())
        #expect(try reader.nextElement())
        #expect(try reader.readNullIfPresent())
        #expect(try !reader.nextElement())
        #expect(try reader.nextKey() == "b")
        try reader.skipValue()
        #expect(try reader.nextKey() == nil)
        try reader.finish()
    }

    @Test(arguments: [
        (#"{"a": tru}"#, 9), (#"{"a": 01}"#, 6), (#"{"a": "\x"}"#, 7), (#"{"a": [1,]}"#, 9), ("{\"a\": \"\u{1}\"}", 7),
        (#"{"a": {"b" 1}}"#, 11), (#"{"a": "\ud800"}"#, 7), (#"{"a": 1"#, 7), (#"{"a": -}"#, 7),
    ])
    func `skipped values are checked as strictly as read ones`(text: String, offset: Int) throws {
        var skipping = try JSONReader(Array(text.utf8))
        let skipped = #expect(throws: JSONError.self) {
            try skipping.skipValue()
            try skipping.finish()
        }
        let read = #expect(throws: JSONError.self) { try JSONDocument(Array(text.utf8)) }
        #expect(skipped == read)
        #expect(skipped?.offset == offset)
    }

    @Test func `invalid UTF 8 is refused in skipped strings`() throws {
        for bytes: [UInt8] in [
            [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82], [0x80], [0xc3],
        ] {
            let text = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
            var reader = try JSONReader(text)
            let error = #expect(throws: JSONError.self) { try reader.skipValue() }
            #expect(error?.problem == .invalidUTF8)
        }
    }

    @Test(arguments: [
        (#""abcdef""#, 4, "abcd"), (#""abcdef""#, 6, "abcdef"), (#""abcdef""#, 0, ""), (#""aé""#, 2, "a"),
        (#""aé""#, 3, "aé"),
        (#""a\u00e9b""#, 2, "a"), (#""a\u00e9b""#, 3, "aé"), (#""a\n\n\n""#, 3, "a\n\n"), (#""a\nbcdef""#, 4, "a\nbc"),
        (#""\ud83d\ude00x""#, 3, ""), (#""\ud83d\ude00x""#, 5, "😀x"), (#""ab\u00e9cd""#, 3, "ab"),
    ])
    func `a string is kept up to a limit and read to its end`(text: String, limit: Int, kept: String) throws {
        var reader = try JSONReader(Array(text.utf8))
        #expect(try reader.readString(limit: limit) == kept)
        try reader.finish()
    }

    @Test(arguments: [#""abc\x""#, #""abc\ud800""#, "\"abc\u{1}\"", #""abc"#])
    func `what is not kept of a string is checked`(text: String) throws {
        var reader = try JSONReader(Array(text.utf8))
        #expect(throws: JSONError.self) { try reader.readString(limit: 1) }
    }

    @Test func `of a key the beginning is kept`() throws {
        var reader = try JSONReader(Array(#"{"abcdef": 1}"#.utf8))
        try reader.enterObject()
        #expect(try reader.nextKey(limit: 3) == "abc")
        #expect(try reader.readNumber().int64 == 1)
        #expect(try reader.nextKey(limit: 3) == nil)
    }

    @Test func `a number that no double needs so many digits for is refused when it is read`() throws {
        let digits = String(repeating: "1", count: 3000)
        var reader = try JSONReader(Array(digits.utf8))
        #expect(throws: JSONError(offset: 0, problem: .invalidNumber)) { try reader.readNumber() }
        var skipping = try JSONReader(Array(digits.utf8))
        try skipping.skipValue()
        try skipping.finish()
    }

    @Test func `known words are told apart by all of their bytes`() throws {
        let words = ["id", "created_at", "created_by", "a_word_of_24_bytes_in_all", ""].map { String($0.prefix(24)) }
        let known = JSONWords(words)
        for (place, word) in words.enumerated() {
            var reader = try JSONReader(
                Array(#"{"\#(word)":1,"\#(word)x":"\#(word)","\#(word.dropLast())?":"\#(word)y"}"#.utf8))
            try reader.enterObject()
            #expect(try reader.nextKey(among: known) == .known(place))
            #expect(try reader.readNumber().int64 == 1)
            #expect(try reader.nextKey(among: known) == .unknown)
            #expect(try reader.readString(among: known) == place)
            #expect(try reader.nextKey(among: known) == .unknown)
            #expect(try reader.readString(among: known) == nil)
            #expect(try reader.readString() == word + "y")
            #expect(try reader.nextKey(among: known) == nil)
            try reader.finish()
        }
    }

    @Test func `a known key may be written with escapes, and an unknown one is checked`() throws {
        let known = JSONWords(["id", "name"])
        var reader = try JSONReader(Array(#"{"\u0069d":1,"n\u0061mf":2}"#.utf8))
        try reader.enterObject()
        #expect(try reader.nextKey(among: known) == .known(0))
        try reader.skipValue()
        #expect(try reader.nextKey(among: known) == .unknown)
        for text in [#"{"x\x":1}"#, "{\"x\u{1}\":1}", #"{"x" 1}"#, #"{"x"#] {
            var reader = try JSONReader(Array(text.utf8))
            try reader.enterObject()
            #expect(throws: JSONError.self) { try reader.nextKey(among: known) }
        }
    }

    @Test(arguments: [
        "0", "-1", "7", "1.5", "7.217466", "0.1", "100.00", "-12.50", "123456789012345", "0.00000000000001", "0.3",
        "2.675",
        "99999999999999.9",
    ])
    func `a short number is what its text says`(text: String) throws {
        var reader = try JSONReader(Array("[\(text)]".utf8))
        try reader.enterArray()
        _ = try reader.nextElement()
        let short = try #require(reader.shortNumber())
        let number = try reader.readNumber()
        #expect(short.int64 == number.int64)
        #expect(short.double == number.double)
    }

    @Test(arguments: [
        "1234567890123456", "1e3", "1.5E1", "-0", "-0.0", "01", "1.", ".5", "-", "1.2.3", "0.1234567890123456", "true",
        "",
    ])
    func `any other number is left to those who read its text`(text: String) throws {
        let reader = try JSONReader(Array("\(text) ".utf8))
        #expect(reader.shortNumber() == nil)
    }

    @Test func `short numbers at random are what their texts say`() throws {
        var random = Seeded(12)
        for _ in 0..<20_000 {
            let text =
                "\(Int64.random(in: -999_999...999_999, using: &random)).\(Int64.random(in: 0...99_999_999, using: &random))"
            let reader = try JSONReader(Array("\(text),".utf8))
            guard let short = reader.shortNumber() else { continue }
            #expect(short.double == Double(text), "\(text)")
        }
    }

    @Test func `depth and size are limited`() throws {
        let deep = Array(String(repeating: "[", count: 200).utf8)
        #expect(throws: JSONError(offset: 128, problem: .tooDeep(limit: 128))) { try JSONDocument(deep) }
        #expect(throws: JSONError(offset: 3, problem: .tooLong(limit: 3))) {
            try JSONReader(Array("1234".utf8), limits: .init(bytes: 3))
        }
    }

    @Test(
        arguments: [
            ("1", 1), ("1.0", 1), ("1e3", 1000), ("5000000000", 5_000_000_000), ("9223372036854775807", .max),
            ("1.5", nil), ("9223372036854775808", nil), ("1e400", nil), ("-0", 0), ("775410263885.167376e4", nil),
        ] as [(String, Int64?)])
    func `whole numbers are read however they are written`(text: String, integer: Int64?) throws {
        var reader = try JSONReader(Array(text.utf8))
        #expect(try reader.readNumber().int64 == integer)
    }

    @Test func `comments and a trailing comma are for configurations only`() throws {
        let text = Array("// top\n{ \"a\": [1, /* in */ 2,], // end\n }\n".utf8)
        let document = try JSONDocument(text, dialect: .withComments)
        guard case .object(let members) = document.root.value, case .array(let elements) = members[0].node.value else {
            Issue.record("not an object with an array")
            return
        }
        #expect(elements.count == 2)
        #expect(throws: JSONError.self) { try JSONDocument(text) }
        for wrong in ["[,]", "{,}", "[1,,]", "[1 /* ", "[1] /", "[1,/]"] {
            #expect(throws: JSONError.self) { try JSONDocument(Array(wrong.utf8), dialect: .withComments) }
        }
    }

    @Test func `places count lines and scalars`() throws {
        let text = "{\n  \"größe\": tru\n}"
        let error = try #require(throws: JSONError.self) { try JSONDocument(Array(text.utf8)) }
        #expect(JSONPosition(offset: error.offset, in: Array(text.utf8)).description == "line 2, column 15")
    }

    @Test func `repeated keys stay visible to the caller`() throws {
        let document = try JSONDocument(Array(#"{"a":1,"a":2}"#.utf8))
        guard case .object(let members) = document.root.value else { return }
        #expect(members.map(\.key) == ["a", "a"])
        #expect(document.position(ofOffset: members[1].offset).column == 8)
    }
}

@Suite struct JSONWriterTests {
    @Test func `structure and escapes are written`() throws {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("text", "a\"b\\c\n\u{1}é")
            writer.member("none", nil as String?)
            writer.key("list")
            writer.array { writer in
                writer.integer(-1)
                writer.double(0.1)
                writer.double(.infinity)
                writer.bool(true)
                writer.array { _ in }
            }
            writer.member("last", 5 as Int64?)
        }
        #expect(writer.text == #"{"text":"a\"b\\c\n\u0001é","none":null,"list":[-1,0.1,null,true,[]],"last":5}"#)
    }
}
