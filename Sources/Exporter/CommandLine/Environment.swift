/// The environment of the process. Its values may be keys, so nothing prints it, and it is asked for one variable at a time.
package struct Environment: Sendable {
    private let variables: [String: String]

    package init(_ variables: [String: String]) {
        self.variables = variables
    }

    package subscript(name: String) -> String? { variables[name] }
}

extension Environment: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, String)...) {
        self.init(Dictionary(elements) { _, last in last })
    }
}

extension Environment: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<environment>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
