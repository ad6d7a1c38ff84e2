/// One element of a header that lists what a client takes, and how gladly: `text/plain;version=0.0.4;q=0.5`.
///
/// Case and spaces do not matter. An element whose `q` is not a number of RFC 9110 is left out, for nobody can say whether
/// it was wanted. Source: RFC 9110, sections 12.4.2, 12.5.1 and 12.5.3.
package struct WeightedElement {
    /// What comes before the parameters, in lower case.
    package let name: Substring
    /// In thousandths, 0 (not acceptable) to 1000.
    package let weight: Int
    /// Without `q`; names and values in lower case, values without their quotes.
    private let parameters: [(name: Substring, value: Substring)]

    package subscript(parameter: String) -> Substring? {
        parameters.first { $0.name == parameter }?.value
    }

    /// The elements in the order of the header.
    package static func list(_ header: String) -> [WeightedElement] {
        // Nothing that is negotiated here has a comma or semicolon within quotes.
        header.lowercased().split(separator: ",").compactMap(WeightedElement.init)
    }

    private init?(_ text: Substring) {
        let parts = text.split(separator: ";").map(\.trimmed)
        guard let first = parts.first, !first.isEmpty else { return nil }
        var parameters: [(name: Substring, value: Substring)] = []
        var weight = 1000
        for part in parts.dropFirst() {
            guard let equals = part.firstIndex(of: "=") else { continue }
            let name = part[..<equals].trimmed
            let value = part[part.index(after: equals)...].trimmed.unquoted
            if name == "q" {
                guard let stated = Self.thousandths(value) else { return nil }
                weight = stated
            } else {
                parameters.append((name, value))
            }
        }
        self.name = first
        self.weight = weight
        self.parameters = parameters
    }

    /// `0`, `1`, or one of them with up to three decimals, as thousandths; nil for all else.
    private static func thousandths(_ text: Substring) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let decimals = parts.count == 2 ? parts[1] : ""
        guard parts[0] == "0" || parts[0] == "1", decimals.count <= 3,
            let value = Int(parts[0] + decimals + String(repeating: "0", count: 3 - decimals.count)), value <= 1000
        else { return nil }
        return value
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        guard let start = firstIndex(where: { !isSpace($0) }), let end = lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return self[start...end]
    }

    fileprivate var unquoted: Substring {
        count >= 2 && first == "\"" && last == "\"" ? dropFirst().dropLast() : self
    }
}
