/// A release of Dify, and what its log API does differently from others (dify-logs-api §0).
package struct ServerVersion: Hashable, Comparable, Sendable {
    private let numbers: [Int]
    /// As the server writes it, as in `1.13.0`.
    package let text: String

    /// Reads three numbers with points between them; what follows a hyphen, as in `1.10.1-fix.1`, plays no part in order.
    /// Nil for anything else.
    package init?(_ text: String) {
        let words = text.prefix { $0 != "-" }.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = words.compactMap { Int($0) }.filter { $0 >= 0 }
        guard words.count == 3, numbers.count == 3 else { return nil }
        self.numbers = numbers
        self.text = text
    }

    private init(_ major: Int, _ minor: Int, _ patch: Int) {
        numbers = [major, minor, patch]
        text = "\(major).\(minor).\(patch)"
    }

    package static func < (left: ServerVersion, right: ServerVersion) -> Bool {
        left.numbers.lexicographicallyPrecedes(right.numbers)
    }

    package static func == (left: ServerVersion, right: ServerVersion) -> Bool {
        left.numbers == right.numbers
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(numbers)
    }

    private func isAtLeast(_ major: Int, _ minor: Int, _ patch: Int = 0) -> Bool {
        // Asked for every run and row, so compared without making a version of the three.
        (numbers[0], numbers[1], numbers[2]) >= (major, minor, patch)
    }

    /// Whether the log is written when the run starts, rather than when it ends (§4.1).
    var writesLogAtStart: Bool { isAtLeast(1, 11) }
    /// Whether `created_at__before` and `created_at__after` have any effect (§1.3).
    var takesTimeBounds: Bool { isAtLeast(1, 1) }
    /// Whether rows can be filtered by who started the run (§1.3).
    var takesCreatorFilters: Bool { isAtLeast(1, 5) }
    /// Whether `%` and `_` in a keyword stand for themselves (§1.3).
    var escapesKeywords: Bool { isAtLeast(1, 11, 3) }
    /// Whether runs can end as `partial-succeeded` and count their exceptions (§0).
    var hasPartialSuccess: Bool { isAtLeast(0, 14) }
    /// Whether a missing number is `null` and not 0 (§3.2).
    var keepsNulls: Bool { isAtLeast(1, 8) }
    /// Whether rows have `triggered_from` and `details`, and triggers exist (§3.2).
    var hasTriggers: Bool { isAtLeast(1, 10) }
    /// Whether every end user says that it is not anonymous (§3.2).
    var hidesAnonymity: Bool { isAtLeast(1, 9) }
    /// Whether a run that goes on too long is `stopped` rather than `failed` (§4.2).
    var stopsAtLimits: Bool { isAtLeast(1, 9) }
    /// Whether runs can pause for a human's answer (§4.2).
    var hasHumanInput: Bool { isAtLeast(1, 13) }
    /// Whether a resume overwrites the run's `created_at` (§0b, §4.2).
    var resumeForgetsStart: Bool { self == ServerVersion(1, 13, 0) }
    /// Whether clean-up deletes ended runs only, whatever their age (§0b).
    var keepsUnendedRuns: Bool { isAtLeast(1, 13, 1) }
    /// Whether each request waits for a Redis that is down (§0b).
    var waitsForRedis: Bool { isAtLeast(1, 14) }
    /// Whether a page with an end user of an old type is refused as a whole (§0b).
    var refusesOldUserTypes: Bool { isAtLeast(1, 15) }
    /// Whether an app of abnormal status is a bad request instead of a forbidden one (§0b).
    var failsOnAbnormalApps: Bool { isAtLeast(1, 15) }
    /// Whether runs of the OpenAPI have an origin of their own (§0b).
    var hasOpenAPIOrigin: Bool { isAtLeast(1, 15) }
    /// Whether a deleted app's key lives on in a cache (§5).
    var cachesKeys: Bool { isAtLeast(1, 13) }
    /// Whether a 401 names its scheme in WWW-Authenticate (§1.2).
    var challenges: Bool { isAtLeast(1, 13) }

    /// How refused parameters are reported (§1.4).
    var errorStyle: ErrorStyle {
        if isAtLeast(1, 11) { return .pydantic }
        return isAtLeast(1, 8) ? .restx : .restful
    }

    enum ErrorStyle {
        case restful, restx, pydantic
    }

    /// The members of `/info` beyond name and description (§7).
    var infoHasTags: Bool { isAtLeast(0, 13) }
    var infoHasMode: Bool { isAtLeast(1, 4) }
    var infoHasAuthor: Bool { isAtLeast(1, 4, 3) }
    /// Whether `/v1/` greets; a recorded 1.13.0 answers 404, because flask-restx takes the root for itself.
    var greetsAtRoot: Bool { !isAtLeast(1, 8) }
}

extension ServerVersion: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        guard let version = ServerVersion(text) else { preconditionFailure("\(text) is no version of Dify") }
        self = version
    }
}
