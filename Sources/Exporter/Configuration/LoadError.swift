/// Why there is no configuration: a line for each problem, up to a hundred of them.
package struct LoadError: Error, Equatable {
    private let problems: [LoadProblem]
    /// How many problems there are beyond those that have a line.
    private let omitted: Int

    /// More lines help nobody.
    static let longestList = 100

    package init(lines: [String]) {
        self.init(lines.map { LoadProblem(line: $0, place: nil) })
    }

    /// `omitted` are those that were not worth keeping.
    init(_ problems: [LoadProblem], omitted: Int = 0) {
        self.problems = Array(problems.prefix(Self.longestList))
        self.omitted = omitted + max(0, problems.count - Self.longestList)
    }

    /// For the operator's terminal and log.
    package var lines: [String] {
        problems.map(\.line) + (omitted > 0 ? ["and \(omitted) more"] : [])
    }

    /// For whoever may ask: how many problems, and in which apps. Paths of files are for the log alone.
    var summary: String {
        let count = problems.count + omitted
        var places: [String] = []
        for place in problems.compactMap(\.place) where !places.contains(place) { places.append(place) }
        let shown = places.prefix(10).joined(separator: ", ") + (places.count > 10 ? ", …" : "")
        return "\(count) \(count == 1 ? "problem" : "problems")" + (places.isEmpty ? "" : ", in \(shown)")
    }
}

/// One problem of a configuration.
struct LoadProblem: Equatable, Sendable {
    let line: String
    /// The app that it is about, or its place in the file; nil where it is about the whole.
    let place: String?
}
