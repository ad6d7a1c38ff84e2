import Metrics

/// Every metric of the exporter. The encoders, the README's table and the checks of dashboards and rules take names, types,
/// labels and help texts from here.
package enum Catalogue {
    // MARK: Finished runs

    package static let runs = Metric(
        "dify_workflow_runs_total", .counter, ["app", "status"],
        "Finished workflow runs by final status, each counted once. As fresh as dify_exporter_collected_until_timestamp_seconds."
    )
    package static let runsByOrigin = Metric(
        "dify_workflow_runs_by_origin_total", .counter, ["app", "status", "created_from", "triggered_from"],
        "The runs of dify_workflow_runs_total, split by where they were started and by what triggered them.")
    package static let runDuration = Metric(
        "dify_workflow_run_duration_seconds", .histogram, ["app", "status"],
        "How long finished runs took by Dify's own measure, elapsed_time. After human input Dify 1.13 measures the last leg only."
    )
    package static let runTokens = Metric(
        "dify_workflow_run_tokens", .histogram, ["app"],
        "Tokens that each finished run used.")
    package static let runSteps = Metric(
        "dify_workflow_run_steps", .histogram, ["app"],
        "Steps (executed nodes) of each finished run.")
    package static let tokens = Metric(
        "dify_workflow_tokens_total", .counter, ["app", "status"],
        "Tokens used by finished runs. A workflow used as a tool by another adds its tokens to both apps.")
    package static let steps = Metric(
        "dify_workflow_steps_total", .counter, ["app", "status"],
        "Steps (executed nodes) of finished runs.")
    package static let exceptions = Metric(
        "dify_workflow_exceptions_total", .counter, ["app"],
        "Exceptions in finished runs that the workflow itself handled: the sum of exceptions_count.")
    package static let runsWithExceptions = Metric(
        "dify_workflow_runs_with_exceptions_total", .counter, ["app"],
        "Finished runs with at least one exception that the workflow handled.")
    package static let failures = Metric(
        "dify_workflow_failures_total", .counter, ["app", "reason"],
        "Failed runs by the class of their error text; the text itself is not kept.")
    package static let lastRunFinished = Metric(
        "dify_workflow_last_run_finished_timestamp_seconds", .gauge, ["app", "status"],
        "When the latest finished run ended, on Dify's clock, in seconds since 1970.")
    package static let consecutiveFailures = Metric(
        "dify_workflow_consecutive_failures", .gauge, ["app"],
        "Failed runs since the latest run that succeeded or partly succeeded, by when runs ended. Stopped and other runs neither count nor end a streak."
    )

    // MARK: Runs that have not finished

    package static let runsInProgress = Metric(
        "dify_workflow_runs_in_progress", .gauge, ["app", "status"],
        "Runs seen and not finished at the last look: running, paused, or pending (a log without a started run).")
    package static let runsStuck = Metric(
        "dify_workflow_runs_stuck", .gauge, ["app"],
        "Runs that have been running for longer than stuck_after. Dify never ends a run whose worker died.")
    package static let oldestRunInProgress = Metric(
        "dify_workflow_oldest_run_in_progress_timestamp_seconds", .gauge, ["app", "status"],
        "When the oldest unfinished run was logged, on Dify's clock, in seconds since 1970. Absent when there is none.")
    package static let runsAbandoned = Metric(
        "dify_workflow_runs_abandoned_total", .counter, ["app", "reason"],
        "Unfinished runs that are no longer followed: expired (older than give_up_after) or deleted (their log is gone)."
    )

    // MARK: Apps

    package static let up = Metric(
        "dify_up", .gauge, ["app"],
        "Whether the app's last collection succeeded (1) or failed (0).")
    package static let appInfo = Metric(
        "dify_app_info", .gauge, ["app", "name", "mode", "author", "tags", "server_version"],
        "What Dify says of the app, and the labels of its configuration; always 1.")
    /// The label of `appInfo` that is there only for apps whose place in Dify's console is configured.
    package static let consoleURLLabel = "console_url"

    // MARK: Collection

    package static let collectedUntil = Metric(
        "dify_exporter_collected_until_timestamp_seconds", .gauge, ["app"],
        "Every log created before this moment is in the numbers; on Dify's clock, in seconds since 1970, and behind it by overlap."
    )
    package static let lastCollection = Metric(
        "dify_exporter_last_collection_timestamp_seconds", .gauge, ["app", "result"],
        "When the latest collection with this result ended, in seconds since 1970.")
    package static let collections = Metric(
        "dify_exporter_collections_total", .counter, ["app", "result"],
        "Collections by result: success or error.")
    package static let collectionDuration = Metric(
        "dify_exporter_collection_duration_seconds", .histogram, ["app"],
        "How long collections took, waiting for the request budget included.")
    package static let apiRequests = Metric(
        "dify_exporter_api_requests_total", .counter, ["app", "code"],
        "Requests to Dify by HTTP status, or timeout, connection, tls or invalid_response where there was none that counts."
    )
    package static let apiRequestDuration = Metric(
        "dify_exporter_api_request_duration_seconds", .histogram, ["base_url"],
        "How long requests to Dify took, without waiting for the request budget.")
    package static let apiRows = Metric(
        "dify_exporter_api_rows_total", .counter, ["app"],
        "Rows of the log list that were read.")
    package static let apiRowsRepeated = Metric(
        "dify_exporter_api_rows_repeated_total", .counter, ["app"],
        "Rows that had been read before: the price of looking at unfinished runs and late rows again.")
    package static let lateLogs = Metric(
        "dify_exporter_late_logs_total", .counter, ["app"],
        "Logs that became visible only after newer ones had been read, and were still counted.")
    package static let incompleteWindows = Metric(
        "dify_exporter_incomplete_windows_total", .counter, ["app"],
        "Times that a window of the list could not be read completely; it stays open and is read again.")
    package static let windowsGivenUp = Metric(
        "dify_exporter_windows_given_up_total", .counter, ["app"],
        "Windows in which Dify never showed all the rows that it counts, and in which no late row can appear any more: runs may be missing."
    )
    package static let unreadableRows = Metric(
        "dify_exporter_unreadable_rows_total", .counter, ["app"],
        "Rows that Dify cannot serve: it refuses each page that holds one. They are counted as runs once they can be read."
    )
    package static let oddValues = Metric(
        "dify_exporter_odd_values_total", .counter, ["app", "field"],
        "Values that no known Dify writes, counted as other, or that lie beyond what a run can have, clamped; once for each log."
    )
    package static let throttled = Metric(
        "dify_exporter_throttled_seconds_total", .counter, ["base_url"],
        "Time that requests waited for the request budget, and time that the server wanted all of them to pause.")
    package static let serverTime = Metric(
        "dify_exporter_server_seconds_total", .counter, ["base_url", "urgency"],
        "Time that requests to the server were under way: regular, or background for catching up.")

    package static let seriesLimited = Metric(
        "dify_exporter_series_limited_total", .counter, ["app"],
        "Samples that went to the label value other because the app had reached series_limit.")

    // MARK: Durability

    package static let checkpointFailures = Metric(
        "dify_exporter_checkpoint_failures_total", .counter, [],
        "Times that an app's numbers could not be written to disk; they are published once they can.")
    package static let checkpointDuration = Metric(
        "dify_exporter_checkpoint_duration_seconds", .histogram, [],
        "How long writing an app's checkpoint took, syncing the disk included.")
    package static let checkpointBytes = Metric(
        "dify_exporter_checkpoint_bytes", .gauge, [],
        "The size of all apps' latest checkpoints together.")

    // MARK: The program

    package static let configLastReloadSuccessful = Metric(
        "dify_exporter_config_last_reload_successful", .gauge, [],
        "Whether the last attempt to load the configuration succeeded (1) or failed (0), which keeps the one before.")
    package static let configLastReloadSuccess = Metric(
        "dify_exporter_config_last_reload_success_timestamp_seconds", .gauge, [],
        "When a configuration was last loaded, in seconds since 1970.")
    package static let appsFolderProblems = Metric(
        "dify_exporter_apps_dir_problems", .gauge, [],
        "What is wrong in the folder of apps_dir now: files that cannot be used, and 1 for a folder that cannot be read. Absent without one."
    )
    package static let logLinesDropped = Metric(
        "dify_exporter_log_lines_dropped_total", .counter, [],
        "Log lines that nobody took in time, as behind a full pipe; they are gone.")
    package static let buildInfo = Metric(
        "dify_exporter_build_info", .gauge, ["version", "revision", "swift_version"],
        "What is running; always 1.")

    // MARK: The process, as client libraries name it

    package static let processCPU = Metric(
        "process_cpu_seconds_total", .counter, [],
        "Processor time that the process has used, in user and system mode.")
    package static let processResidentMemory = Metric(
        "process_resident_memory_bytes", .gauge, [],
        "Memory of the process that is in RAM.")
    package static let processVirtualMemory = Metric(
        "process_virtual_memory_bytes", .gauge, [],
        "Address space of the process.")
    package static let processVirtualMemoryLimit = Metric(
        "process_virtual_memory_max_bytes", .gauge, [],
        "The limit of the address space. Absent where there is none.")
    package static let processOpenFiles = Metric(
        "process_open_fds", .gauge, [],
        "File descriptors that are open.")
    package static let processOpenFilesLimit = Metric(
        "process_max_fds", .gauge, [],
        "The limit of open file descriptors.")
    package static let processThreads = Metric(
        "process_threads", .gauge, [],
        "Threads of the process.")
    package static let processStartTime = Metric(
        "process_start_time_seconds", .gauge, [],
        "When the process started, in seconds since 1970.")

    /// All of them, in the order of the README.
    package static let all: [Metric] = [
        runs, runsByOrigin, runDuration, runTokens, runSteps, tokens, steps, exceptions, runsWithExceptions, failures,
        lastRunFinished, consecutiveFailures, runsInProgress, runsStuck, oldestRunInProgress, runsAbandoned, up,
        appInfo, collectedUntil, lastCollection, collections, collectionDuration, apiRequests, apiRequestDuration,
        apiRows, apiRowsRepeated, lateLogs, incompleteWindows, windowsGivenUp, unreadableRows, oddValues, throttled,
        serverTime, seriesLimited,
        checkpointFailures, checkpointDuration, checkpointBytes,
        configLastReloadSuccessful, configLastReloadSuccess, appsFolderProblems, logLinesDropped, buildInfo, processCPU,
        processResidentMemory, processVirtualMemory, processVirtualMemoryLimit, processOpenFiles,
        processOpenFilesLimit, processThreads, processStartTime,
    ]
}
