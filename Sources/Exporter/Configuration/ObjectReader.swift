import CivilTime
import JSON

/// Reads the members of one object of the configuration, and collects everything that is wrong instead of stopping at
/// the first mistake.
struct ObjectReader {
    private let members: [JSONMember]
    let path: String
    private let problems: ProblemList
    private var known: [String] = []

    /// The problems of a file: all are counted, and the first ones kept.
    final class ProblemList {
        private let document: JSONDocument
        private var found: [Found] = []
        private var count = 0

        private struct Found {
            /// Bytes before the place.
            let offset: Int
            let number: Int
            let path: String
            /// Made only where it is shown: some take a while.
            let message: () -> String
        }

        init(_ document: JSONDocument) {
            self.document = document
        }

        var isEmpty: Bool { count == 0 }

        /// In the order of the file.
        var error: ConfigurationError {
            let first = found.sorted(by: Self.comesBefore).prefix(LoadError.longestList).map { found in
                ConfigurationProblem(
                    position: document.position(ofOffset: found.offset), path: found.path, message: found.message())
            }
            return ConfigurationError(problems: first, omitted: count - first.count)
        }

        func add(_ node: JSONNode, _ path: String, _ message: @escaping @autoclosure () -> String) {
            add(node.offset, path, message)
        }

        func add(_ member: JSONMember, _ path: String, _ message: @escaping @autoclosure () -> String) {
            add(member.offset, path, message)
        }

        private func add(_ offset: Int, _ path: String, _ message: @escaping () -> String) {
            count += 1
            found.append(Found(offset: offset, number: count, path: path, message: message))
            // They are not found in the order of the file, so some more are kept than are shown.
            guard found.count >= 20 * LoadError.longestList else { return }
            found.sort(by: Self.comesBefore)
            found.removeLast(found.count - LoadError.longestList)
        }

        private static func comesBefore(_ left: Found, _ right: Found) -> Bool {
            (left.offset, left.number) < (right.offset, right.number)
        }
    }

    /// Nil, with a problem noted, when the node is not an object.
    init?(_ node: JSONNode, path: String, problems: ProblemList) {
        guard case .object(let members) = node.value else {
            problems.add(node, path, "must be an object, not \(node.value.kindName)")
            return nil
        }
        self.members = members
        self.path = path
        self.problems = problems
        noteRepeatedKeys()
    }

    /// The value of `key`, `null` counting as absent.
    mutating func node(_ key: String) -> JSONNode? {
        known.append(key)
        guard let node = members.first(where: { $0.key == key })?.node else { return nil }
        if case .null = node.value { return nil }
        return node
    }

    func path(of key: String) -> String {
        path.isEmpty ? key : "\(path).\(key)"
    }

    func problem(_ node: JSONNode, _ key: String, _ message: @escaping @autoclosure () -> String) {
        problems.add(node, path(of: key), message())
    }

    mutating func string(_ key: String) -> String? {
        guard let node = node(key) else { return nil }
        guard case .string(let text) = node.value else {
            problem(node, key, "must be a string, not \(node.value.kindName)")
            return nil
        }
        return text
    }

    /// A string that `parse` turns into a value, or else says what is wrong with it.
    mutating func parsed<Value>(_ key: String, _ parse: (String) -> Result<Value, ConfigurationMistake>) -> Value? {
        guard let node = node(key) else { return nil }
        guard case .string(let text) = node.value else {
            problem(node, key, "must be a string, not \(node.value.kindName)")
            return nil
        }
        switch parse(text) {
        case .success(let value): return value
        case .failure(let mistake):
            problem(node, key, mistake.message)
            return nil
        }
    }

    mutating func duration(_ key: String, in range: ClosedRange<Duration>) -> Duration? {
        parsed(key) { text in
            guard let duration = Duration(prometheus: text) else {
                return .mistake("\"\(text)\" is not a duration; write for example 500ms, 30s, 5m, 1h30m or 7d")
            }
            guard range.contains(duration) else {
                let (low, high) = (range.lowerBound.prometheusText, range.upperBound.prometheusText)
                return .mistake("\(text) is out of range; it goes from \(low) to \(high)")
            }
            return .success(duration)
        }
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int64>) -> Int64? {
        guard let node = node(key) else { return nil }
        guard case .number(let number) = node.value, let integer = number.int64 else {
            problem(node, key, "must be a whole number, not \(node.value.kindName)")
            return nil
        }
        guard range.contains(integer) else {
            problem(node, key, "\(integer) is out of range; it goes from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return integer
    }

    mutating func number(_ key: String, above low: Double, upTo high: Double) -> Double? {
        guard let node = node(key) else { return nil }
        guard case .number(let number) = node.value else {
            problem(node, key, "must be a number, not \(node.value.kindName)")
            return nil
        }
        guard number.double > low, number.double <= high else {
            problem(node, key, "\(number.text) is out of range; it is above \(low) and at most \(high)")
            return nil
        }
        return number.double
    }

    mutating func object(_ key: String) -> ObjectReader? {
        node(key).flatMap { ObjectReader($0, path: path(of: key), problems: problems) }
    }

    /// The elements of an array with their paths.
    mutating func elements(_ key: String) -> [(node: JSONNode, path: String)]? {
        guard let node = node(key) else { return nil }
        guard case .array(let elements) = node.value else {
            problem(node, key, "must be an array, not \(node.value.kindName)")
            return nil
        }
        return elements.enumerated().map { ($0.element, "\(path(of: key))[\($0.offset)]") }
    }

    /// The strings of an array as `parse` reads them, without those that it cannot.
    mutating func texts<Value>(
        _ key: String, _ parse: (String) -> Result<Value, ConfigurationMistake>
    ) -> [Value] {
        (elements(key) ?? []).compactMap { node, path in
            guard case .string(let text) = node.value else {
                problems.add(node, path, "must be a string, not \(node.value.kindName)")
                return nil
            }
            switch parse(text) {
            case .success(let value): return value
            case .failure(let mistake):
                problems.add(node, path, mistake.message)
                return nil
            }
        }
    }

    mutating func bool(_ key: String) -> Bool? {
        guard let node = node(key) else { return nil }
        guard case .bool(let value) = node.value else {
            problem(node, key, "must be true or false, not \(node.value.kindName)")
            return nil
        }
        return value
    }

    var isEmpty: Bool { members.isEmpty }

    /// All members, for objects whose keys the operator chooses.
    var entries: [JSONMember] { members }

    /// All members as strings, for objects whose keys the operator chooses.
    mutating func strings() -> [(key: String, value: String, node: JSONNode)] {
        members.compactMap { member in
            guard case .string(let text) = member.node.value else {
                problem(member.node, member.key, "must be a string, not \(member.node.value.kindName)")
                return nil
            }
            return (member.key, text, member.node)
        }
    }

    /// Notes every key that nobody asked for, with the nearest one that somebody did.
    func finish() {
        // An object may have any number of members; most have few, for which a set is too much.
        let set = members.count > 32 ? Set(known) : nil
        for member in members where !(set?.contains(member.key) ?? known.contains(member.key)) {
            problems.add(member, path(of: member.key), "unknown key\(Self.hint(for: member.key, Set(known).sorted()))")
        }
    }

    private static func hint(for key: String, _ known: [String]) -> String {
        Spelling.nearest(to: key, among: known).map { "; did you mean \($0)?" }
            ?? "; known here: \(known.joined(separator: ", "))"
    }

    private func noteRepeatedKeys() {
        guard members.count > 1 else { return }
        var seen: Set<String> = []
        for member in members where !seen.insert(member.key).inserted {
            problems.add(member, path(of: member.key), "this key stands twice; keep one")
        }
    }
}

/// What is wrong with one value, without its place.
struct ConfigurationMistake: Error {
    let message: String
}

extension Result where Failure == ConfigurationMistake {
    static func mistake(_ message: String) -> Self {
        .failure(ConfigurationMistake(message: message))
    }
}

/// One mistake in a configuration and its place.
package struct ConfigurationProblem: Equatable, Sendable {
    let position: JSONPosition?
    /// As in `apps[1].poll_interval`; empty for the file as a whole.
    let path: String
    let message: String

    /// One line as compilers write them. A key that stands in the wrong place is not in it.
    package func line(file: String) -> String {
        let place = position.map { "\(file):\($0.line):\($0.column)" } ?? file
        return "\(place): " + PossibleKey.masked(path.isEmpty ? message : "\(path): \(message)")
    }

    /// The app that it is in, as in `apps[1]`; nil where it is in none.
    var app: String? {
        path.hasPrefix("apps[") ? path.firstIndex(of: "]").map { String(path[...$0]) } : nil
    }
}
