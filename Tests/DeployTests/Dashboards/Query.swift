/// One query of a panel.
struct Query: Sendable {
    let expression: String
    /// What the legend calls a series: `{{label}}` stands for a label's value. Nil where only one value is shown.
    var legend: String?
    /// Whether the query asks for one moment instead of the shown time.
    var isInstant = false
    var format = Format.timeSeries
    /// Whether exemplars are fetched with the query.
    var withExemplars = false

    enum Format: String, Sendable {
        case timeSeries = "time_series"
        case table
        case heatmap
    }

    init(_ expression: String, _ legend: String? = nil) {
        self.expression = expression
        self.legend = legend
    }

    /// A query for one moment as rows of a table.
    static func table(_ expression: String) -> Query {
        var query = Query(expression)
        query.isInstant = true
        query.format = .table
        return query
    }

    static func heatmap(_ expression: String) -> Query {
        var query = Query(expression, "{{le}}")
        query.format = .heatmap
        query.withExemplars = true
        return query
    }

    var instant: Query {
        var query = self
        query.isInstant = true
        return query
    }

    var exemplars: Query {
        var query = self
        query.withExemplars = true
        return query
    }

    func json(refID: String) -> JSONTree {
        [
            "datasource": Query.source, "editorMode": "code", "exemplar": .bool(withExemplars),
            "expr": .string(expression),
            "format": .string(format.rawValue), "instant": .bool(isInstant),
            "legendFormat": .string(legend ?? "__auto"), "range": .bool(!isInstant), "refId": .string(refID),
        ]
    }

    static let source: JSONTree = ["type": "prometheus", "uid": "$datasource"]
}

/// The matchers that every selector carries, so that the variables of a dashboard act on all of it.
enum Selected {
    static let exporters = #"job=~"$job", instance=~"$instance""#
    static let apps = exporters + #", app=~"$app""#
}

/// Expressions that several dashboards share.
enum Expression {
    /// A quantile of a histogram: from the native one where Prometheus stores it, else from the classic buckets.
    static func quantile(
        _ quantile: String, of histogram: String, _ matchers: String = Selected.apps, by label: String? = nil,
        over window: String = "$__rate_interval", offset: String = ""
    ) -> String {
        let native = label.map { " by (\($0))" } ?? ""
        let classic = label.map { " by (\($0), le)" } ?? " by (le)"
        return """
            histogram_quantile(\(quantile), sum\(native) (rate(\(histogram){\(matchers)}[\(window)]\(offset))))
            or
            histogram_quantile(\(quantile), sum\(classic) (rate(\(histogram)_bucket{\(matchers)}[\(window)]\(offset))))
            """
    }

    /// The buckets of a histogram over time, for a heat map: the classic ones only where there is no native histogram.
    static func buckets(of histogram: String, _ matchers: String = Selected.apps) -> [Query] {
        let native = "sum (increase(\(histogram){\(matchers)}[$__rate_interval]))"
        let classic = "sum by (le) (increase(\(histogram)_bucket{\(matchers)}[$__rate_interval]))"
        return [.heatmap(native), .heatmap("\(classic)\nunless on ()\n\(native)")]
    }

    /// The share of finished runs that failed.
    static func failureRatio(over window: String, by label: String? = nil, offset: String = "") -> String {
        let sum = label.map { "sum by (\($0))" } ?? "sum"
        let runs = "dify_workflow_runs_total{\(Selected.apps)"
        return """
            \(sum) (increase(\(runs), status="failed"}[\(window)]\(offset)))
            / (\(sum) (increase(\(runs)}[\(window)]\(offset))) > 0)
            """
    }

    /// What is left of the failure budget that the variable `objective` allows; below 0 when it is overspent. Nothing while
    /// there is less than a week to judge by.
    static let budgetLeft = """
        1 - (\(failureRatio(over: "30d"))) / (1 - $objective)
        and on ()
        count(dify_up{\(Selected.apps)} offset 1w)
        """

    /// How long ago each app last ended a run of any status.
    static let silence = "time() - max by (app) (dify_workflow_last_run_finished_timestamp_seconds{\(Selected.apps)})"

    /// Where there is nothing of the week before: 0, for a legend that says so.
    static let missingWeek = """
        0 * count(dify_up{\(Selected.apps)})
        unless on ()
        count(dify_up{\(Selected.apps)} offset 1w)
        """

    /// The worst that keeps the alerts from seeing an app: `Detection` has the numbers.
    static let detection = """
        max(
          4 + 0 * dify_up{\(Selected.apps)} unless on (job, instance, app) app:dify_up:known1h{\(Selected.apps)}
          or
          3 + 0 * (dify_up{\(Selected.apps)} == 0)
          or
          2 + 0 * (time() - dify_exporter_collected_until_timestamp_seconds{\(Selected.apps)} > 600)
          or
          2 + 0 * dify_up{\(Selected.apps)} unless on (job, instance, app)
            dify_exporter_collected_until_timestamp_seconds{\(Selected.apps)}
          or
          1 + 0 * dify_up{\(Selected.apps)} unless on (job, instance, app) dify_up{\(Selected.apps)} offset 1w
          or
          0 * dify_up{\(Selected.apps)}
        )
        """
}
