extension Dashboard {
    /// All apps side by side: what an operator looks at first.
    static let overview = Dashboard(
        uid: "dify-overview", title: "Dify / Fleet overview",
        description: "Runs, failures, durations and tokens of all Dify apps that dify-exporter collects.", span: "6h",
        variables: [Variable.objective],
        sections: [
            Section(nil, overviewTiles),
            Section("Apps", overviewApps),
            Section("Runs", overviewRuns),
            Section("Duration and tokens", overviewWork),
            Section("Runs in progress", overviewProgress),
            Section("This week against last", weekly),
            Section("What the numbers mean", [meaning]),
        ])

    private static let apps = Selected.apps
    private static let openApp = Link.app("__field.labels.app")

    private static let overviewTiles: [Panel] = [
        .stat(
            "Runs finished", "Runs of all statuses that ended in the shown time. A run counts when it ends.",
            unit: "short",
            Query("round(sum(increase(dify_workflow_runs_total{\(apps)}[$__range])))").instant, none: "No runs"),
        .stat(
            "Failure ratio, last hour",
            "Failed runs as a share of all that finished in the hour before. Partly succeeded and stopped runs are not failures.",
            unit: "percentunit", Query(Expression.failureRatio(over: "1h")),
            steps: Step.failures(), none: "No runs"
        ).runbooks("DifyFailureBudgetBurn"),
        .stat(
            "Failure budget left, 30 days",
            "How much of the failures that the objective allows in 30 days is still left. Below 0 the objective is missed.",
            unit: "percentunit", Query(Expression.budgetLeft).instant, steps: Step.falling(orange: 0, green: 0.25),
            none: "Needs a week"
        ).runbooks("DifyFailureBudgetBurn"),
        .stat(
            "Duration p95, last hour", "19 of 20 runs that finished in the hour before took no longer than this.",
            unit: "s",
            Query(Expression.quantile("0.95", of: "dify_workflow_run_duration_seconds", over: "1h")),
            steps: Step.rising(orange: 60, red: 120), none: "No runs"
        ).runbooks("DifyRunsSlow"),
        .stat(
            "Tokens per minute", "Tokens of finished runs. They appear when the run ends.", unit: "short",
            Query("60 * sum(rate(dify_workflow_tokens_total{\(apps)}[$__rate_interval]))"), none: "No runs"
        ).runbooks("DifyTokenSpendHigh"),
        .stat(
            "Alerts firing", "Alerts of the rules in deploy/prometheus that fire now.", unit: "short",
            Query(
                """
                count(ALERTS{\(Selected.exporters), alertname=~"Dify.+", alertstate="firing"})
                or
                0 * count(app:dify_up:known1h{\(apps)})
                """
            ).instant, steps: Step.red(from: 1), none: "No rules"),
        .detection("all apps"),
        .stat(
            "Longest streak of failures",
            "Failed runs since the latest success of the app where there are most, by when runs ended. It needs no traffic to be sure of.",
            unit: "short", Query("max(dify_workflow_consecutive_failures{\(apps)})"),
            steps: Step.streak, none: "No numbers"
        ).runbooks("DifyRunsFailing"),
        .stat(
            "Longest silence",
            "How long ago the app that has been silent longest ended its last run. An app that runs once a night is silent all day.",
            unit: "s", Query("max(\(Expression.silence))").instant, none: "No runs"
        ).runbooks("DifyNoRuns"),
        .stat(
            "Apps up", "Apps whose last collection succeeded.", unit: "short", Query("sum(dify_up{\(apps)})"),
            none: "No apps"),
        .stat(
            "Apps down", "Apps whose last collection failed: their numbers stand still.", unit: "short",
            Query("count(dify_up{\(apps)}) - sum(dify_up{\(apps)})"), steps: Step.red(from: 1), none: "No apps"
        ).runbooks("DifyAppDown", "DifyAuthFailing"),
        .stat(
            "Runs in progress", "Runs that have started and not ended: running, paused or pending.", unit: "short",
            Query("sum(dify_workflow_runs_in_progress{\(apps)})"), none: "No apps"),
        .stat(
            "Oldest running", "How long ago the oldest run that is still running was logged.", unit: "s",
            Query(#"time() - min(dify_workflow_oldest_run_in_progress_timestamp_seconds{\#(apps), status="running"})"#),
            steps: Step.rising(orange: 1200, red: 3600), none: "None"),
        .stat(
            "Stuck runs", "Runs that have been running for longer than stuck_after. Dify itself never ends them.",
            unit: "short", Query("sum(dify_workflow_runs_stuck{\(apps)})"), steps: Step.rising(orange: 1, red: 10),
            none: "No apps"
        ).runbooks("DifyRunsStuck"),
        .stat(
            "Numbers behind",
            "How far the numbers of the slowest app are behind the present. Overlap (60 s) and up to one poll interval are normal.",
            unit: "s", Query("time() - min(dify_exporter_collected_until_timestamp_seconds{\(apps)})"),
            steps: Step.rising(orange: 300, red: 600), none: "No apps"
        ).runbooks("DifyDataStale"),
    ]

    private static let overviewApps: [Panel] = [
        .table(
            "Apps in the shown time",
            "One row for each app: runs that ended in the shown time, and how the app is now. Click a row to open the app.",
            [
                .table("min by (app) (dify_up{\(apps)})"),
                .table("round(sum by (app) (increase(dify_workflow_runs_total{\(apps)}[$__range])))"),
                .table("100 * \(Expression.failureRatio(over: "$__range", by: "app"))"),
                .table(
                    Expression.quantile("0.95", of: "dify_workflow_run_duration_seconds", by: "app", over: "$__range")),
                .table("round(sum by (app) (increase(dify_workflow_tokens_total{\(apps)}[$__range])))"),
                .table("round(sum by (app) (increase(dify_workflow_exceptions_total{\(apps)}[$__range])))"),
                .table("max by (app) (dify_workflow_consecutive_failures{\(apps)})"),
                .table(Expression.silence),
                .table("sum by (app) (dify_workflow_runs_in_progress{\(apps)})"),
                .table("sum by (app) (dify_workflow_runs_stuck{\(apps)})"),
                .table("time() - min by (app) (dify_exporter_collected_until_timestamp_seconds{\(apps)})"),
            ],
            hidden: ["Time"],
            columns: [
                ("app", "App"), ("Value #A", "Up"), ("Value #B", "Runs"), ("Value #C", "Failed, %"),
                ("Value #D", "p95, s"), ("Value #E", "Tokens"), ("Value #F", "Exceptions"),
                ("Value #G", "Failed in a row"),
                ("Value #H", "Silent, s"), ("Value #I", "In progress"), ("Value #J", "Stuck"),
                ("Value #K", "Behind, s"),
            ],
            sortedBy: "Runs",
            overrides: [
                Colors.column("Up", [Step(value: nil, color: "red"), Step(value: 1, color: "green")]),
                Colors.column("Failed, %", Step.failures(of: 100)),
                Colors.column("Failed in a row", Step.streak),
                Colors.column("p95, s", Step.rising(orange: 60, red: 120)),
                Colors.column("Stuck", Step.rising(orange: 1, red: 10)),
                Colors.column("Behind, s", Step.rising(orange: 300, red: 600)),
            ],
            link: Link.app("__data.fields.App"), width: 16, none: "No apps"),
        .table(
            "Alerts", "Alerts that fire now. Click a row for its runbook.",
            [.table(#"ALERTS{\#(Selected.exporters), alertname=~"Dify.+", alertstate="firing"}"#)],
            hidden: [
                "Time", "Value", "__name__", "alertstate", "job", "instance", "long", "short", "base_url", "mode",
                "version",
            ],
            columns: [("severity", "Severity"), ("alertname", "Alert"), ("app", "App"), ("reason", "Reason")],
            sortedBy: "Severity",
            link: Link.to("Runbook", url: "${runbooks:raw}${__data.fields.Alert}.md", newTab: true), width: 8,
            none: "No alert fires"),
    ]

    private static let overviewRuns: [Panel] = [
        .timeSeries(
            "Runs by status", "Finished runs per minute. A run counts when it ends.", unit: "suffix:/min",
            Query("60 * sum by (status) (rate(dify_workflow_runs_total{\(apps)}[$__rate_interval]))", "{{status}}"),
            drawing: .stackedAreas, none: "No runs", interval: "1m", colors: Colors.finished),
        .timeSeries(
            "Failure ratio by app", "Failed runs as a share of those that finished. A gap means that none finished.",
            unit: "percentunit", Query(Expression.failureRatio(over: "$__rate_interval", by: "app"), "{{app}}"),
            none: "No runs", max: 1, interval: "5m", link: openApp
        ).runbooks("DifyFailureBudgetBurn"),
        .timeSeries(
            "Runs by app", "Finished runs per minute.", unit: "suffix:/min",
            Query("60 * sum by (app) (rate(dify_workflow_runs_total{\(apps)}[$__rate_interval]))", "{{app}}"),
            none: "No runs", interval: "1m", link: openApp
        ).runbooks("DifyNoRuns"),
        .timeSeries(
            "Failures by reason", "Failed runs by the class of their error text.", unit: "short",
            Query(
                "sum by (reason) (increase(dify_workflow_failures_total{\(apps)}[$__rate_interval])) > 0", "{{reason}}"),
            drawing: .stackedBars, none: "No failures", interval: "5m"
        ).runbooks("DifyFailureReasonSurge"),
        .timeSeries(
            "Failures in a row by app", "Failed runs since the app's latest success, by when runs ended.",
            unit: "short",
            Query("max by (app) (dify_workflow_consecutive_failures{\(apps)}) > 0", "{{app}}"),
            none: "No app's latest run failed", link: openApp
        ).runbooks("DifyManyAppsFailing", "DifyRunsFailing"),
        .timeSeries(
            "Silence by app", "How long ago the app last ended a run of any status.", unit: "s",
            Query(Expression.silence, "{{app}}"), none: "No runs", link: openApp
        ).runbooks("DifyNoRuns"),
    ]

    private static let overviewWork: [Panel] = [
        .timeSeries(
            "Duration", "Quantiles of the duration of runs that finished, over all apps.", unit: "s",
            Query(Expression.quantile("0.5", of: "dify_workflow_run_duration_seconds"), "p50"),
            Query(Expression.quantile("0.95", of: "dify_workflow_run_duration_seconds"), "p95"),
            Query(Expression.quantile("0.99", of: "dify_workflow_run_duration_seconds"), "p99"), width: 8,
            none: "No runs",
            interval: "5m", colors: Colors.quantiles),
        .timeSeries(
            "Duration p95 by app", "19 of 20 runs of the app took no longer than this.", unit: "s",
            Query(Expression.quantile("0.95", of: "dify_workflow_run_duration_seconds", by: "app"), "{{app}}"),
            width: 8,
            none: "No runs", interval: "5m", link: openApp
        ).runbooks("DifyRunsSlow"),
        .timeSeries(
            "Tokens per minute by app",
            "Tokens of finished runs. A workflow used as a tool by another adds its tokens to both apps.",
            unit: "short",
            Query("60 * sum by (app) (rate(dify_workflow_tokens_total{\(apps)}[$__rate_interval]))", "{{app}}"),
            drawing: .stackedAreas, width: 8, none: "No runs", interval: "5m", link: openApp
        ).runbooks("DifyTokenSpendHigh"),
    ]

    private static let overviewProgress: [Panel] = [
        .timeSeries(
            "In progress by status",
            "Runs that have started and not ended. Pending is a log whose run is not there yet.",
            unit: "short", Query("sum by (status) (dify_workflow_runs_in_progress{\(apps)})", "{{status}}"),
            drawing: .stackedAreas, none: "No apps", colors: Colors.unfinished),
        .timeSeries(
            "Stuck by app", "Runs that have been running for longer than stuck_after.", unit: "short",
            Query("sum by (app) (dify_workflow_runs_stuck{\(apps)}) > 0", "{{app}}"), none: "No stuck runs",
            link: openApp
        ).runbooks("DifyRunsStuck"),
    ]

    /// Runs, failures, durations and tokens of the shown time and of the same time a week before.
    static var weekly: [Panel] {
        func runs(_ offset: String) -> String {
            "60 * sum(rate(dify_workflow_runs_total{\(apps)}[$__rate_interval]\(offset)))"
        }
        func tokens(_ offset: String) -> String {
            "60 * sum(rate(dify_workflow_tokens_total{\(apps)}[$__rate_interval]\(offset)))"
        }
        func p95(_ offset: String) -> String {
            Expression.quantile("0.95", of: "dify_workflow_run_duration_seconds", offset: offset)
        }
        func failures(_ offset: String) -> String {
            Expression.failureRatio(over: "$__rate_interval", offset: offset)
        }
        func panel(_ title: String, _ what: String, unit: String, _ expression: (String) -> String) -> Panel {
            .timeSeries(
                title,
                "\(what), beside the same time a week before. It says so where Prometheus has nothing of that time.",
                unit: unit, Query(expression(""), "this week"), Query(expression(" offset 1w"), "last week"),
                Query(Expression.missingWeek, "last week: not known yet"), width: 6,
                none: "No runs in either week", interval: "15m", colors: Colors.weeks)
        }
        return [
            panel("Runs", "Finished runs per minute", unit: "suffix:/min", runs).runbooks("DifyNoRuns"),
            panel("Failure ratio", "Failed runs as a share of those that finished", unit: "percentunit", failures),
            panel("Duration p95", "19 of 20 runs took no longer than this", unit: "s", p95),
            panel("Tokens per minute", "Tokens of finished runs", unit: "short", tokens)
                .runbooks("DifyTokenSpendHigh"),
        ]
    }

    /// What a reader has to know before trusting a number.
    static let meaning = Panel.text(
        "What the numbers mean", "How runs are counted, and how old the numbers are.",
        """
        - **A run counts once, when it ends**, with the status, duration and tokens of that moment. Long runs therefore appear late.
        - **Failed** means Dify's status *failed*. *Partial-succeeded* runs handled their errors; *stopped* runs were stopped by a \
        user or by a limit of time or steps (from Dify 1.9 on). Neither counts as a failure.
        - **The numbers lag** the present by the overlap (60 s) and up to one poll interval: the panel *Numbers behind* shows it.
        - Dify logs no run that it refused before the start, none from the editor, and none of chatflow, chat or agent apps.
        - Duration is Dify's elapsed_time. After human input, Dify 1.13 measures the last leg only.
        - A workflow that another app uses as a tool has its tokens in both apps, so the sum over apps can exceed the bill.
        """)
}
