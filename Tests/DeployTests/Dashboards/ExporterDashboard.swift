extension Dashboard {
    /// The exporter itself: whether its numbers can be trusted, and what they cost Dify.
    static let exporter = Dashboard(
        uid: "dify-exporter", title: "Dify / Exporter",
        description: "Collections, requests to Dify, exactness and resources of dify-exporter.", span: "6h",
        variables: [],
        sections: [
            Section(nil, exporterTiles),
            Section("Collections", exporterCollections),
            Section("Requests to Dify", exporterRequests),
            Section("Exactness", exporterExactness),
            Section("Checkpoint", exporterCheckpoint),
            Section("Process", exporterProcess),
            Section("Apps and versions", exporterInventory),
        ])

    private static let apps = Selected.apps
    private static let exporters = Selected.exporters

    private static let exporterTiles: [Panel] = [
        .stat(
            "Exporters up", "Targets of these jobs that answer Prometheus.", unit: "short",
            Query("sum(up{\(exporters)})"), none: "No exporter"
        ).runbooks("DifyExporterDown", "DifyExporterAbsent"),
        .stat(
            "Apps down", "Apps whose last collection failed.", unit: "short",
            Query("count(dify_up{\(apps)}) - sum(dify_up{\(apps)})"), steps: Step.red(from: 1), none: "No apps"
        ).runbooks("DifyAppDown", "DifyAuthFailing"),
        .stat(
            "Numbers behind",
            "The slowest app's distance from the present. Overlap (60 s) and up to one poll interval are normal.",
            unit: "s",
            Query("time() - min(dify_exporter_collected_until_timestamp_seconds{\(apps)})"),
            steps: Step.rising(orange: 300, red: 600), none: "No apps"
        ).runbooks("DifyDataStale"),
        .stat(
            "Failed checkpoints", "Checkpoints of the shown time that could not be written.", unit: "short",
            Query("round(sum(increase(dify_exporter_checkpoint_failures_total{\(exporters)}[$__range])))").instant,
            steps: Step.red(from: 1), none: "No checkpoints"
        ).runbooks("DifyCheckpointFailing"),
        .stat(
            "Configuration", "Whether the last reload of every exporter succeeded.", unit: "short",
            Query("min(dify_exporter_config_last_reload_successful{\(exporters)})").instant,
            steps: [Step(value: nil, color: "red"), Step(value: 1, color: "green")], none: "No exporter",
            mappings: [
                [
                    "type": "value",
                    "options": ["0": ["text": "reload failed", "index": 0], "1": ["text": "current", "index": 1]],
                ]
            ]
        ).runbooks("DifyReloadFailed", "DifyAppsDirProblems"),
        .stat(
            "Up since", "Time since the exporter that started last was started.", unit: "s",
            Query("time() - max(process_start_time_seconds{\(exporters)})").instant, none: "No exporter"),
    ]

    private static let exporterCollections: [Panel] = [
        .timeSeries(
            "Collections by result", "Rounds over one app, per minute.", unit: "suffix:/min",
            Query(
                "60 * sum by (result) (rate(dify_exporter_collections_total{\(apps)}[$__rate_interval]))", "{{result}}"),
            width: 8, none: "No collections", colors: Colors.results
        ).runbooks("DifyAppDown"),
        .timeSeries(
            "Collection time", "How long a collection takes, waiting for the request budget included.", unit: "s",
            Query(Expression.quantile("0.5", of: "dify_exporter_collection_duration_seconds"), "p50"),
            Query(Expression.quantile("0.99", of: "dify_exporter_collection_duration_seconds"), "p99"), width: 8,
            none: "No collections", colors: Colors.quantiles),
        .timeSeries(
            "Numbers behind by app", "How far the numbers of each app are behind the present.", unit: "s",
            Query("time() - min by (app) (dify_exporter_collected_until_timestamp_seconds{\(apps)})", "{{app}}"),
            width: 8,
            none: "No apps", limit: [Step(value: nil, color: "transparent"), Step(value: 600, color: "red")]
        ).runbooks("DifyDataStale"),
        .timeSeries(
            "Time since the last success", "How long ago a collection of the app last succeeded.", unit: "s",
            Query(
                #"time() - max by (app) (dify_exporter_last_collection_timestamp_seconds{\#(apps), result="success"})"#,
                "{{app}}"), width: 12, none: "None succeeded"
        ).runbooks("DifyAppDown"),
        .timeSeries(
            "Failing apps", "Apps whose last collection failed.", unit: "short",
            Query("1 - min by (app) (dify_up{\(apps)}) > 0", "{{app}}"), drawing: .stackedAreas, width: 12,
            none: "All apps are up"
        ).runbooks("DifyAppDown", "DifyAuthFailing"),
    ]

    private static let exporterRequests: [Panel] = [
        .timeSeries(
            "Requests by answer", "HTTP status, or why there was no answer that counts.", unit: "reqps",
            Query("sum by (code) (rate(dify_exporter_api_requests_total{\(apps)}[$__rate_interval]))", "{{code}}"),
            drawing: .stackedAreas, width: 8, none: "No requests"
        ).runbooks("DifyAuthFailing", "DifyAppDown"),
        .heatmap(
            "Answer time of Dify",
            "How many requests took how long. Each one costs Dify a scan of the app's whole log.",
            unit: "s", Expression.buckets(of: "dify_exporter_api_request_duration_seconds", exporters), width: 8,
            height: 8,
            none: "No requests", scheme: "Blues"),
        .timeSeries(
            "Answer time p95 by server", "19 of 20 requests were answered within this time.", unit: "s",
            Query(
                Expression.quantile(
                    "0.95", of: "dify_exporter_api_request_duration_seconds", exporters, by: "base_url"),
                "{{base_url}}"),
            width: 8, none: "No requests", interval: "1m"),
        .timeSeries(
            "Rows read", "Rows of the log list per second: all of them, and those that had been read before.",
            unit: "rowsps",
            Query("sum(rate(dify_exporter_api_rows_total{\(apps)}[$__rate_interval]))", "all"),
            Query("sum(rate(dify_exporter_api_rows_repeated_total{\(apps)}[$__rate_interval]))", "read before"),
            width: 12,
            none: "No rows"),
        .timeSeries(
            "Waiting",
            "Seconds per second that requests waited for the request budget, or that a server wanted all to pause.",
            unit: "percentunit",
            Query(
                "sum by (base_url) (rate(dify_exporter_throttled_seconds_total{\(exporters)}[$__rate_interval]))",
                "{{base_url}}"), width: 12, none: "Nothing waited"
        ).runbooks("DifyThrottled"),
        .timeSeries(
            "Time of the server",
            "Seconds per second that requests were under way, for regular rounds and for catching up.",
            unit: "percentunit",
            Query(
                "sum by (base_url, urgency) (rate(dify_exporter_server_seconds_total{\(exporters)}[$__rate_interval]))",
                "{{base_url}} {{urgency}}"), width: 24, none: "No requests"
        ),
    ]

    private static let exporterExactness: [Panel] = [
        .timeSeries(
            "Late logs", "Logs that became visible only after newer ones. They are counted.", unit: "short",
            Query("sum by (app) (increase(dify_exporter_late_logs_total{\(apps)}[$__rate_interval]))", "{{app}}"),
            drawing: .stackedBars, width: 6, none: "No apps", interval: "5m"
        ).runbooks("DifyLateLogs"),
        .timeSeries(
            "Incomplete windows", "Times that a window had fewer distinct rows than Dify's total. It is read again.",
            unit: "short",
            Query(
                "sum by (app) (increase(dify_exporter_incomplete_windows_total{\(apps)}[$__rate_interval]))", "{{app}}"),
            drawing: .stackedBars, width: 6, none: "No apps", interval: "5m"
        ).runbooks("DifyWindowsIncomplete"),
        .timeSeries(
            "Series limited", #"Samples that went to the label value "other" because of series_limit."#, unit: "short",
            Query("sum by (app) (increase(dify_exporter_series_limited_total{\(apps)}[$__rate_interval]))", "{{app}}"),
            drawing: .stackedBars, width: 6, none: "No apps", interval: "5m"
        ).runbooks("DifySeriesLimited"),
        .timeSeries(
            "Abandoned runs", "Unfinished runs that were given up: expired by age, or deleted with their log.",
            unit: "short",
            Query(
                "sum by (reason) (increase(dify_workflow_runs_abandoned_total{\(apps)}[$__rate_interval]))",
                "{{reason}}"),
            drawing: .stackedBars, width: 6, none: "No apps", interval: "5m"
        ).runbooks("DifyRunsStuck"),
        .timeSeries(
            "Odd values", "Words that are not known, counted as other, and numbers that no run can have, clamped.",
            unit: "short",
            Query(
                "sum by (app, field) (increase(dify_exporter_odd_values_total{\(apps)}[$__rate_interval]))",
                "{{app}} {{field}}"),
            drawing: .stackedBars, width: 12, none: "No apps", interval: "5m"),
        .timeSeries(
            "Rows not shown by Dify",
            "Rows that Dify cannot serve, and windows that were given up because Dify never showed all rows it counts.",
            unit: "short",
            Query(
                "sum by (app) (increase(dify_exporter_unreadable_rows_total{\(apps)}[$__rate_interval]))",
                "{{app}} unreadable rows"),
            Query(
                "sum by (app) (increase(dify_exporter_windows_given_up_total{\(apps)}[$__rate_interval]))",
                "{{app}} windows given up"),
            drawing: .stackedBars, width: 12, none: "No apps", interval: "5m"
        ).runbooks("DifyRowsUnreadable", "DifyWindowsGivenUp"),
    ]

    private static let exporterCheckpoint: [Panel] = [
        .timeSeries(
            "Write time", "How long a checkpoint takes until it is safe on disk. Only then are its numbers published.",
            unit: "s",
            Query(
                Expression.quantile("0.5", of: "dify_exporter_checkpoint_duration_seconds", Selected.exporters), "p50"),
            Query(
                Expression.quantile("0.99", of: "dify_exporter_checkpoint_duration_seconds", Selected.exporters), "p99"),
            width: 8, none: "No checkpoints", colors: Colors.quantiles
        ).runbooks("DifyCheckpointFailing"),
        .timeSeries(
            "Size", "Size of the latest checkpoints of all apps together.", unit: "bytes",
            Query("dify_exporter_checkpoint_bytes{\(exporters)}", "{{instance}}"), width: 8, none: "No checkpoints"),
        .timeSeries(
            "Failures", "Checkpoints that could not be written.", unit: "short",
            Query(
                "sum by (instance) (increase(dify_exporter_checkpoint_failures_total{\(exporters)}[$__rate_interval]))",
                "{{instance}}"), drawing: .stackedBars, width: 8, none: "No checkpoints"
        ).runbooks("DifyCheckpointFailing"),
    ]

    private static let exporterProcess: [Panel] = [
        .timeSeries(
            "Processor", "Share of one processor.", unit: "percentunit",
            Query("rate(process_cpu_seconds_total{\(exporters)}[$__rate_interval])", "{{instance}}"), width: 6,
            none: "No exporter"),
        .timeSeries(
            "Memory", "In RAM, and as address space.", unit: "bytes",
            Query("process_resident_memory_bytes{\(exporters)}", "{{instance}}, resident"),
            Query("process_virtual_memory_bytes{\(exporters)}", "{{instance}}, virtual"), width: 6, none: "No exporter"),
        .timeSeries(
            "File descriptors", "Open descriptors as a share of their limit.", unit: "percentunit",
            Query("process_open_fds{\(exporters)} / process_max_fds{\(exporters)}", "{{instance}}"), width: 4,
            none: "No exporter", max: 1),
        .timeSeries(
            "Threads", "Threads of the process.", unit: "short", Query("process_threads{\(exporters)}", "{{instance}}"),
            width: 4, none: "No exporter"),
        .timeSeries(
            "Lost log lines", "Lines of the exporter's log that nobody took in time.", unit: "short",
            Query(
                "sum by (instance) (increase(dify_exporter_log_lines_dropped_total{\(exporters)}[$__rate_interval]))",
                "{{instance}}"), drawing: .stackedBars, width: 4, none: "No exporter", interval: "5m"),
    ]

    private static let exporterInventory: [Panel] = [
        .table(
            "Apps", "What Dify says of each app. Only apps of mode workflow have logs.",
            [
                .table("max by (app, name, mode, server_version, author, tags) (dify_app_info{\(apps)})")
            ],
            hidden: ["Time", "Value"],
            columns: [
                ("app", "App"), ("name", "Name in Dify"), ("mode", "Mode"), ("server_version", "Dify"),
                ("author", "Author"),
                ("tags", "Tags"),
            ],
            sortedBy: "App", link: Link.app("__data.fields.App"), width: 14, none: "No app is known yet"
        ).runbooks("DifyAppWithoutLogs"),
        .table(
            "Exporters", "What is running.",
            [
                .table("max by (instance, version, revision, swift_version) (dify_exporter_build_info{\(exporters)})")
            ],
            hidden: ["Time", "Value"],
            columns: [
                ("instance", "Exporter"), ("version", "Version"), ("revision", "Revision"), ("swift_version", "Swift"),
            ],
            sortedBy: "Exporter", width: 10, none: "No exporter"),
    ]
}
