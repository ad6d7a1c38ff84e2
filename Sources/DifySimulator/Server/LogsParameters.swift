import CivilTime
import DifyAPI

/// The parameters of `GET /v1/workflows/logs` as the server understands them (dify-logs-api §1.3).
struct LogsParameters {
    private(set) var keyword: String?
    private(set) var status: String?
    private(set) var sessionID: String?
    private(set) var account: String?
    /// Seconds of the log's own time; both bounds belong to the window.
    private(set) var after = Int64.min
    private(set) var before = Int64.max
    private(set) var page = 1
    private(set) var limit = 20

    enum Refusal: Error {
        case parameters([ParameterProblem])
        /// A text that is no date, with Python's words for it.
        case date(String)
    }

    /// Unknown parameters are ignored, and of repeated ones the first counts.
    init(_ query: [(name: String, value: String)], version: ServerVersion) throws(Refusal) {
        let values = Dictionary(query.map { ($0.name, $0.value) }) { first, _ in first }
        var problems: [ParameterProblem] = []
        if let value = values["status"] {
            let isKnown = LogsQuery.Status(rawValue: value) != nil
            if !isKnown { problems.append(ParameterProblem(name: "status", value: value, rule: .status)) }
            status = value
        }
        page = Self.integer("page", in: 1...LogsQuery.maximumPage, values, &problems) ?? page
        limit = Self.integer("limit", in: 1...LogsQuery.maximumLimit, values, &problems) ?? limit
        guard problems.isEmpty else { throw .parameters(problems) }

        keyword = values["keyword"].nonEmpty
        if version.takesCreatorFilters {
            sessionID = values["created_by_end_user_session_id"].nonEmpty
            account = values["created_by_account"].nonEmpty
        }
        guard version.takesTimeBounds else { return }
        if let moment = try Self.date(values["created_at__before"]) { before = moment.second }
        if let moment = try Self.date(values["created_at__after"]) {
            after = moment.second + (moment.milliseconds == moment.second * 1000 ? 0 : 1)
        }
    }

    private static func integer(
        _ name: String, in range: ClosedRange<Int>, _ values: [String: String], _ problems: inout [ParameterProblem]
    ) -> Int? {
        guard let value = values[name] else { return nil }
        guard let number = Int(value) else {
            problems.append(ParameterProblem(name: name, value: value, rule: .integer))
            return nil
        }
        if number < range.lowerBound {
            problems.append(ParameterProblem(name: name, value: value, rule: .atLeast(range.lowerBound)))
        } else if number > range.upperBound {
            problems.append(ParameterProblem(name: name, value: value, rule: .atMost(range.upperBound)))
        }
        return number
    }

    private static func date(_ text: String?) throws(Refusal) -> UnixTime? {
        guard let text = text.nonEmpty else { return nil }
        guard let moment = UnixTime(iso8601: text) else { throw .date(isoparseComplaint(text)) }
        return moment
    }

    /// What Python's dateutil says to a text that it cannot read, as recorded from Dify 1.13.0.
    private static func isoparseComplaint(_ text: String) -> String {
        let isDigit: (Character) -> Bool = { $0.isASCII && $0.isNumber }
        guard text.prefix(4).allSatisfy(isDigit) else {
            return "invalid literal for int() with base 10: b'\(text.prefix(4))'"
        }
        if text.allSatisfy(isDigit) { return text.count < 12 ? "ISO time too short" : "month must be in 1..12" }
        guard UnixTime(iso8601: String(text.prefix(10))) == nil else { return "Unused components in ISO string" }
        let isMonth = UnixTime(iso8601: String(text.prefix(7))) != nil
        return isMonth ? "day is out of range for month" : "month must be in 1..12"
    }
}

extension String? {
    /// Python takes an empty text for none.
    fileprivate var nonEmpty: String? { self == "" ? nil : self }
}

/// Why one parameter is refused, in the words of the three parsers that Dify has had (dify-logs-api §1.4).
struct ParameterProblem {
    let name: String
    let value: String
    let rule: Rule

    enum Rule {
        case integer
        case atLeast(Int)
        case atMost(Int)
        case status
    }

    /// All problems at once, as pydantic lists them.
    static func pydanticText(_ problems: [ParameterProblem]) -> String {
        let title = problems.count == 1 ? "1 validation error" : "\(problems.count) validation errors"
        return (["\(title) for WorkflowLogQuery"] + problems.map(\.pydanticLines)).joined(separator: "\n")
    }

    private var pydanticLines: String {
        let (sentence, type) = pydanticRule
        return """
            \(name)
              \(sentence) [type=\(type), input_value='\(value)', input_type=str]
                For further information visit https://errors.pydantic.dev/2.11/v/\(type)
            """
    }

    private var pydanticRule: (sentence: String, type: String) {
        switch rule {
        case .integer: ("Input should be a valid integer, unable to parse string as an integer", "int_parsing")
        case .atLeast(let bound): ("Input should be greater than or equal to \(bound)", "greater_than_equal")
        case .atMost(let bound): ("Input should be less than or equal to \(bound)", "less_than_equal")
        case .status: ("Input should be 'succeeded', 'failed' or 'stopped'", "literal_error")
        }
    }

    /// How flask_restful and flask_restx put it.
    var argparseText: String {
        switch rule {
        case .integer: "\(value) is not a valid integer"
        case .atLeast, .atMost:
            "Invalid argument: \(value). argument must be within the range 1 - "
                + "\(name == "page" ? LogsQuery.maximumPage : LogsQuery.maximumLimit)"
        case .status: "The value '\(value)' is not a valid choice for 'status'."
        }
    }
}
