extension Dashboard {
    /// One app: rate, errors, duration, tokens and what is in progress.
    static let app = Dashboard(
        uid: "dify-app", title: "Dify / App",
        description: "One Dify app in detail: choose it above. With several chosen, their runs are added up.",
        span: "24h",
        variables: [
            Variable.objective,
            Variable.number(
                "price", "Price per million tokens",
                "What a million tokens cost on average, in any currency. With 0 no cost is shown.", "0"),
        ],
        sections: [
            Section(nil, appTiles),
            Section("Rate and errors", appErrors),
            Section("Duration", appDuration),
            Section("Tokens and cost", appTokens),
            Section("Exceptions", appExceptions),
            Section("Runs in progress", appProgress),
            Section("This week against last", weekly),
            Section("What the numbers mean", [meaning]),
        ])

    private static let apps = Selected.apps

    private static let appTiles: [Panel] = [
        .stat(
            "Runs finished", "Runs of all statuses that ended in the shown time.", unit: "short",
            Query("round(sum(increase(dify_workflow_runs_total{\(apps)}[$__range])))").instant, none: "No runs"),
        .stat(
            "Failure ratio", "Failed runs as a share of all that finished in the shown time.", unit: "percentunit",
            Query(Expression.failureRatio(over: "$__range")).instant, steps: Step.failures(),
            none: "No runs"
        ).runbooks("DifyFailureBudgetBurn"),
        .stat(
            "Failure budget left, 30 days",
            "How much of the failures that the objective allows in 30 days is still left. Below 0 the objective is missed.",
            unit: "percentunit", Query(Expression.budgetLeft).instant, steps: Step.falling(orange: 0, green: 0.25),
            none: "Needs a week"
        ).runbooks("DifyFailureBudgetBurn"),
        .stat(
            "Failures in a row",
            "Failed runs since the latest success, by when runs ended. Of several apps, the longest.",
            unit: "short", Query("max(dify_workflow_consecutive_failures{\(apps)})"),
            steps: Step.streak, none: "No numbers"
        ).runbooks("DifyRunsFailing"),
        .detection("the app"),
        .stat(
            "Duration p95", "19 of 20 runs that finished in the shown time took no longer than this.", unit: "s",
            Query(Expression.quantile("0.95", of: "dify_workflow_run_duration_seconds", over: "$__range")).instant,
            steps: Step.rising(orange: 60, red: 120), none: "No runs"
        ).runbooks("DifyRunsSlow"),
        .stat(
            "Tokens per run", "Mean over the runs that finished in the shown time.", unit: "short",
            Query(
                """
                sum(increase(dify_workflow_tokens_total{\(apps)}[$__range]))
                / (sum(increase(dify_workflow_runs_total{\(apps)}[$__range])) > 0)
                """
            ).instant, none: "No runs"),
        .stat(
            "Cost", "Tokens of the shown time at the price that is set above, in its currency.", unit: "short",
            Query("sum(increase(dify_workflow_tokens_total{\(apps)}[$__range])) / 1e6 * $price > 0").instant,
            none: "Set a price", decimals: 2),
        .stat(
            "In progress", "Runs that have started and not ended.", unit: "short",
            Query("sum(dify_workflow_runs_in_progress{\(apps)})"), none: "No app"),
        .stat(
            "Stuck runs", "Runs that have been running for longer than stuck_after.", unit: "short",
            Query("sum(dify_workflow_runs_stuck{\(apps)})"), steps: Step.rising(orange: 1, red: 10), none: "No app"
        ).runbooks("DifyRunsStuck"),
        .stat(
            "Silence", "How long ago the latest run ended, whatever its status.", unit: "s",
            Query("time() - max(dify_workflow_last_run_finished_timestamp_seconds{\(apps)})").instant, none: "None yet"
        ).runbooks("DifyNoRuns"),
        .stat(
            "Collection", "Whether the last collection of the app succeeded.", unit: "short",
            Query("min(dify_up{\(apps)})").instant,
            steps: [Step(value: nil, color: "red"), Step(value: 1, color: "green")], none: "No app",
            mappings: [
                [
                    "type": "value",
                    "options": ["0": ["text": "failing", "index": 0], "1": ["text": "up", "index": 1]],
                ]
            ]
        ).runbooks("DifyAppDown", "DifyAuthFailing"),
        .stat(
            "Numbers behind",
            "How far the numbers are behind the present. Overlap (60 s) and up to one poll interval are normal.",
            unit: "s",
            Query("time() - min(dify_exporter_collected_until_timestamp_seconds{\(apps)})"),
            steps: Step.rising(orange: 300, red: 600), none: "No app"
        ).runbooks("DifyDataStale"),
        .stat(
            "App in Dify", "Name, mode and server version as Dify gives them. Only apps of mode workflow have logs.",
            unit: "none",
            Query(
                "max by (name, mode, server_version) (dify_app_info{\(apps)})",
                "{{name}} · {{mode}} · Dify {{server_version}}"
            ).instant, none: "Not known", text: "name"
        ).runbooks("DifyAppWithoutLogs"),
    ]

    private static let appErrors: [Panel] = [
        .timeSeries(
            "Runs by status", "Finished runs per minute. A run counts when it ends.", unit: "suffix:/min",
            Query("60 * sum by (status) (rate(dify_workflow_runs_total{\(apps)}[$__rate_interval]))", "{{status}}"),
            drawing: .stackedAreas, none: "No runs", interval: "1m", colors: Colors.finished),
        .timeSeries(
            "Unsuccessful runs", "Each status but succeeded as a share of all runs that finished.", unit: "percentunit",
            Query(
                """
                sum by (status) (increase(dify_workflow_runs_total{\(apps), status!="succeeded"}[$__rate_interval]))
                / on () group_left () (sum(increase(dify_workflow_runs_total{\(apps)}[$__rate_interval])) > 0)
                """, "{{status}}"), none: "No runs", max: 1, interval: "5m", colors: Colors.finished
        ).runbooks("DifyFailureBudgetBurn"),
        .timeSeries(
            "Failures by reason", "Failed runs by the class of their error text. The text itself stands in Dify's log.",
            unit: "short",
            Query(
                "sum by (reason) (increase(dify_workflow_failures_total{\(apps)}[$__rate_interval])) > 0", "{{reason}}"),
            drawing: .stackedBars, width: 8, none: "No failures", interval: "5m"
        ).runbooks("DifyFailureReasonSurge"),
        .bars(
            "Failure reasons", "Failed runs of the shown time by the class of their error text.", unit: "short",
            Query(
                "sort_desc(round(sum by (reason) (increase(dify_workflow_failures_total{\(apps)}[$__range]))) > 0)",
                "{{reason}}"), none: "No failures"),
        .timeSeries(
            "Runs by origin", "Finished runs per minute by where they were started and what triggered them.",
            unit: "suffix:/min",
            Query(
                """
                60 * sum by (created_from, triggered_from) (
                  rate(dify_workflow_runs_by_origin_total{\(apps)}[$__rate_interval])
                )
                """, "{{created_from}}, {{triggered_from}}"), drawing: .stackedAreas, width: 8, none: "No runs",
            interval: "5m"),
        .timeSeries(
            "Failures in a row", "Failed runs since the latest success, by when runs ended.", unit: "short",
            Query("max by (app) (dify_workflow_consecutive_failures{\(apps)})", "{{app}}"), width: 8,
            none: "No numbers"
        ).runbooks("DifyRunsFailing"),
        .timeSeries(
            "Silence", "How long ago the latest run ended, whatever its status.", unit: "s",
            Query(Expression.silence, "{{app}}"), width: 8, none: "No runs"
        ).runbooks("DifyNoRuns"),
        .table(
            "Last failures",
            "Click a row for the app's logs in Dify, whose search finds a run by its id. The exporter's status page and its /api/v1/apps "
                + "name the last 20 failed runs of each app.",
            [
                .table(
                    """
                    max by (app) (dify_workflow_consecutive_failures{\(apps)})
                    * on (app) group_left (console_url)
                    max by (app, console_url) (dify_app_info{\(apps), console_url!=""})
                    """),
                .table(
                    """
                    time()
                    - max by (app) (dify_workflow_last_run_finished_timestamp_seconds{\(apps), status="failed"})
                    * on (app) group_left (console_url)
                    max by (app, console_url) (dify_app_info{\(apps), console_url!=""})
                    """),
            ],
            hidden: ["Time"],
            columns: [
                ("app", "App"), ("Value #A", "Failed in a row"), ("Value #B", "Last failure, s ago"),
                ("console_url", "Logs in Dify"),
            ],
            sortedBy: "Failed in a row",
            overrides: [Colors.column("Failed in a row", Step.streak)],
            link: Link.to("Logs in Dify", url: "${__data.fields[\"Logs in Dify\"]:raw}", newTab: true), width: 8,
            height: 8,
            none: "No console_url configured"),
    ]

    private static let appDuration: [Panel] = [
        .heatmap(
            "Durations",
            "How many runs took how long. The points are exemplars: each names a run_id, to be looked up in Dify's log.",
            unit: "s", Expression.buckets(of: "dify_workflow_run_duration_seconds"), none: "No runs"
        ).runbooks("DifyRunsSlow"),
        .timeSeries(
            "Duration", "Quantiles of the duration of runs that finished, with exemplars.", unit: "s",
            Query(Expression.quantile("0.5", of: "dify_workflow_run_duration_seconds"), "p50"),
            Query(Expression.quantile("0.95", of: "dify_workflow_run_duration_seconds"), "p95").exemplars,
            Query(Expression.quantile("0.99", of: "dify_workflow_run_duration_seconds"), "p99"), height: 9,
            none: "No runs",
            interval: "5m", colors: Colors.quantiles
        ).runbooks("DifyRunsSlow"),
        .timeSeries(
            "Duration p95 by status", "Failures that take long often wait for a time limit somewhere.", unit: "s",
            Query(Expression.quantile("0.95", of: "dify_workflow_run_duration_seconds", by: "status"), "{{status}}"),
            none: "No runs", interval: "5m", colors: Colors.finished),
        .timeSeries(
            "Steps per run", "Mean number of nodes that a finished run executed, and its 95th percentile.",
            unit: "short",
            Query(
                """
                sum(increase(dify_workflow_steps_total{\(apps)}[$__rate_interval]))
                / (sum(increase(dify_workflow_runs_total{\(apps)}[$__rate_interval])) > 0)
                """, "mean"), Query(Expression.quantile("0.95", of: "dify_workflow_run_steps"), "p95"), none: "No runs",
            interval: "5m", colors: Colors.quantiles),
    ]

    private static let appTokens: [Panel] = [
        .timeSeries(
            "Tokens per minute by status", "Tokens of finished runs. Those of failed runs are paid for as well.",
            unit: "short",
            Query("60 * sum by (status) (rate(dify_workflow_tokens_total{\(apps)}[$__rate_interval]))", "{{status}}"),
            drawing: .stackedAreas, width: 8, none: "No runs", interval: "5m", colors: Colors.finished
        ).runbooks("DifyTokenSpendHigh"),
        .heatmap(
            "Tokens per run", "How many runs used how many tokens.", unit: "short",
            Expression.buckets(of: "dify_workflow_run_tokens"), width: 8, height: 8, none: "No runs", scheme: "Blues"),
        .timeSeries(
            "Cost per hour", "Tokens at the price that is set above, in its currency.", unit: "short",
            Query(
                "3600 * sum by (app) (rate(dify_workflow_tokens_total{\(apps)}[$__rate_interval])) / 1e6 * $price > 0",
                "{{app}}"),
            width: 8, none: "Set a price, or no runs", interval: "5m"),
    ]

    private static let appExceptions: [Panel] = [
        .timeSeries(
            "Exceptions", "Exceptions that workflows handled with a fail branch or a default value.", unit: "short",
            Query("sum by (app) (increase(dify_workflow_exceptions_total{\(apps)}[$__rate_interval]))", "{{app}}"),
            drawing: .stackedBars, none: "No runs", interval: "5m"
        ).runbooks("DifyExceptionsHigh"),
        .timeSeries(
            "Runs with exceptions", "Runs with at least one handled exception as a share of those that finished.",
            unit: "percentunit",
            Query(
                """
                sum by (app) (increase(dify_workflow_runs_with_exceptions_total{\(apps)}[$__rate_interval]))
                / (sum by (app) (increase(dify_workflow_runs_total{\(apps)}[$__rate_interval])) > 0)
                """, "{{app}}"), none: "No runs", max: 1, interval: "5m"
        ).runbooks("DifyExceptionsHigh"),
    ]

    private static let appProgress: [Panel] = [
        .timeSeries(
            "In progress by status",
            "Runs that have started and not ended. Pending is a log whose run is not there yet.",
            unit: "short", Query("sum by (status) (dify_workflow_runs_in_progress{\(apps)})", "{{status}}"),
            drawing: .stackedAreas, width: 8, none: "No app", colors: Colors.unfinished),
        .timeSeries(
            "Age of the oldest", "How long ago the oldest run of each status was logged.", unit: "s",
            Query(
                "time() - min by (status) (dify_workflow_oldest_run_in_progress_timestamp_seconds{\(apps)})",
                "{{status}}"),
            width: 8, none: "Nothing in progress", colors: Colors.unfinished
        ).runbooks("DifyRunsStuck"),
        .timeSeries(
            "Stuck and abandoned",
            "Runs that are stuck now, and runs that were given up: expired by age, or deleted with their log.",
            unit: "short",
            Query("sum(dify_workflow_runs_stuck{\(apps)})", "stuck"),
            Query(
                "sum by (reason) (increase(dify_workflow_runs_abandoned_total{\(apps)}[$__rate_interval]))",
                "abandoned, {{reason}}"), width: 8, none: "No app", interval: "5m"
        ).runbooks("DifyRunsStuck"),
    ]
}
