/// A whole JSON text as a tree that remembers where each part stood, for readers that report many mistakes at once.
package struct JSONDocument: Sendable {
    package let root: JSONNode
    private let bytes: [UInt8]

    /// Reads all of `bytes`; throws the first place that is not JSON.
    package init(
        _ bytes: [UInt8], dialect: JSONReader.Dialect = .strict, limits: JSONReader.Limits = .init()
    ) throws(JSONError) {
        var reader = try JSONReader(bytes, dialect: dialect, limits: limits)
        root = try reader.readNode()
        try reader.finish()
        self.bytes = bytes
    }

    /// The position of a node or member, by its offset.
    package func position(ofOffset offset: Int) -> JSONPosition {
        JSONPosition(offset: offset, in: bytes)
    }
}

/// A value and the offset of its first byte.
package struct JSONNode: Sendable {
    package let offset: Int
    package let value: JSONValue
}

package enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONNode])
    /// Members in the order of the text; keys may repeat, because RFC 8259 lets them.
    case object([JSONMember])

    /// What the value is, for messages.
    package var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// A key with its value and the offset of its opening quote.
package struct JSONMember: Sendable {
    package let offset: Int
    package let key: String
    package let node: JSONNode
}

extension JSONReader {
    /// Reads the next value as a tree; the depth limit bounds the recursion.
    package mutating func readNode() throws(JSONError) -> JSONNode {
        let kind = try peek()
        let start = offset
        return JSONNode(offset: start, value: try readValue(kind))
    }

    private mutating func readValue(_ kind: Kind) throws(JSONError) -> JSONValue {
        switch kind {
        case .null:
            try readNull()
            return .null
        case .bool: return .bool(try readBool())
        case .number: return .number(try readNumber())
        case .string: return .string(try readString())
        case .array:
            var elements: [JSONNode] = []
            try enterArray()
            while try nextElement() { elements.append(try readNode()) }
            return .array(elements)
        case .object:
            var members: [JSONMember] = []
            try enterObject()
            while let (key, start) = try nextKeyWithOffset() {
                members.append(JSONMember(offset: start, key: key, node: try readNode()))
            }
            return .object(members)
        }
    }
}
