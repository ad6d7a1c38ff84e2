import Bytes

/// An id as a server wrote it: in 16 bytes where it is a UUID as Dify's are, and otherwise the text.
package enum WrittenID: Hashable, Sendable {
    case uuid(CanonicalUUID)
    /// Never the text of a canonical UUID.
    case other(String)

    package init(_ text: String) {
        self = CanonicalUUID(text).map(WrittenID.uuid) ?? .other(text)
    }

    package var text: String {
        switch self {
        case .uuid(let uuid): uuid.text
        case .other(let text): text
        }
    }

    /// The UUID that it is, in whatever case it was written.
    package var uuid: CanonicalUUID? {
        switch self {
        case .uuid(let uuid): uuid
        case .other(let text): text.utf8.allSatisfy { $0 < 0x80 } ? CanonicalUUID(text.lowercased()) : nil
        }
    }

    package var isEmpty: Bool { self == .other("") }
}

extension WrittenID: ExpressibleByStringLiteral, CustomStringConvertible {
    package init(stringLiteral text: String) {
        self.init(text)
    }

    package var description: String { text }
}
