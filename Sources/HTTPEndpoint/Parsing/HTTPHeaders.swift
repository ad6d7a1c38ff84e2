/// The fields of a request's or response's head, in the order in which they were added (RFC 9110 §5).
///
/// Names are compared without regard to case and written as they were given. Two values are equal when the same fields,
/// spelled alike, stand in the same order.
package struct HTTPHeaders: Sendable, Equatable {
    private(set) var fields: [Field] = []

    struct Field: Sendable, Equatable {
        var name: String
        var value: String
    }

    package init() {}

    /// The values of every field of that name, joined by `", "` as RFC 9110 §5.3 allows; nil where there is none.
    package subscript(name: String) -> String? {
        guard let first = fields.firstIndex(where: { isSameToken($0.name, name) }) else { return nil }
        return fields[(first + 1)...].reduce(fields[first].value) { value, field in
            isSameToken(field.name, name) ? "\(value), \(field.value)" : value
        }
    }

    /// The value of each field of that name, in order; empty where there is none.
    package func values(of name: String) -> [String] {
        fields.filter { isSameToken($0.name, name) }.map(\.value)
    }

    /// Puts one more field behind the others, also where the name occurs already.
    ///
    /// - Parameters:
    ///   - name: a token of RFC 9110 §5.6.2; anything else is a programmer's error and traps.
    ///   - value: control characters become spaces (RFC 9110 §5.5), so no value can begin a line of its own.
    package mutating func add(_ name: String, _ value: String) {
        precondition(isToken(name.utf8), "\"\(name)\" cannot be the name of a header field")
        let isClean = value.utf8.allSatisfy(isFieldByte)
        let bytes = value.utf8.lazy.map { isFieldByte($0) ? $0 : UInt8(ascii: " ") }
        fields.append(Field(name: name, value: isClean ? value : String(decoding: bytes, as: UTF8.self)))
    }

    /// Replaces every field of that name by one with this value, or by none where the value is nil.
    ///
    /// - Parameters: as for ``add(_:_:)``.
    package mutating func set(_ name: String, _ value: String?) {
        fields.removeAll { isSameToken($0.name, name) }
        if let value { add(name, value) }
    }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    /// The fields in the order of the literal; a name may occur more than once.
    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }
}

extension HTTPHeaders {
    /// Whether the comma-separated list in the fields of that name has this member, without regard to case.
    func list(_ name: String, contains member: String) -> Bool {
        listMembers(of: name).contains { isSameToken($0, member) }
    }

    /// The members of the comma-separated list in the fields of that name, without the white space around them;
    /// empty members are left out (RFC 9110 §5.6.1.2).
    func listMembers(of name: String) -> [String] {
        values(of: name).flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }
            .map { String(decoding: trimmingWhitespace($0), as: UTF8.self) }
            .filter { !$0.isEmpty }
    }
}
