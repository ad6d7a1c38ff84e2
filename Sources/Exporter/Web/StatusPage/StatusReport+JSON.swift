import JSON
import LogCollection

extension StatusReport {
    /// The facts of the status page, for programs: times in seconds since 1970, spans in seconds, shares from 0 to 1. Fields are
    /// added, and never change their meaning.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("version", BuildInfo.version)
            writer.member("timestamp_seconds", now.secondsValue)
            writer.member("metrics_path", telemetryPath)
            writer.key("apps")
            writer.array { writer in
                for app in apps { app.write(to: &writer, metricsPath: metricsPath(of: app)) }
            }
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}

extension AppStatus {
    fileprivate func write(to writer: inout JSONWriter, metricsPath: String) {
        writer.object { writer in
            writer.member("name", name)
            writer.member("state", state.rawValue)
            writer.member("problem", problem)
            writer.member("needs_attention", needsAttention)
            writer.member("metrics_path", metricsPath)
            writeInfo(to: &writer)
            writer.member("clock_difference_seconds", snapshot?.clockDifference?.secondsValue)
            for result in CollectionResult.allCases {
                writer.member(
                    "last_\(result.rawValue)_timestamp_seconds", snapshot?.work.lastEnded[result]?.secondsValue)
            }
            writer.member("collected_until_timestamp_seconds", numbers?.collectedUntil)
            writer.member(
                "counted_since_timestamp_seconds", numbers.map { Double($0.totals.since.counters) / 1000 })
            writeRuns(to: &writer)
            writeFailedRuns(to: &writer)
            writer.key("last_hour")
            if let recent { recent.write(to: &writer) } else { writer.null() }
        }
    }

    private func writeInfo(to writer: inout JSONWriter) {
        let info = snapshot?.info
        writer.member("dify_name", info?.name)
        writer.member("mode", info?.mode)
        writer.member("author", info?.authorName)
        writer.member("server_version", snapshot?.serverVersion)
        writer.member("console_url", snapshot?.consoleURL)
        writer.key("tags")
        writer.array { writer in for tag in info?.tags ?? [] { writer.string(tag) } }
        writer.key("labels")
        writer.object { writer in for label in snapshot?.labels ?? [] { writer.member(label.name, label.value) } }
    }

    private func writeRuns(to writer: inout JSONWriter) {
        writer.key("runs")
        if let runs { runs.write(to: &writer) } else { writer.null() }
        writer.key("failures")
        writer.object { writer in
            for failure in failures { writer.member(failure.reason, Int64(clamping: failure.runs)) }
        }
        writer.key("runs_in_progress")
        writer.object { writer in
            for status in OpenStatus.allCases {
                writer.member(status.rawValue, Int64(numbers?.openRuns.count[status] ?? 0))
            }
        }
        writer.member("runs_stuck", Int64(stuckRuns))
    }
}

extension AppStatus {
    fileprivate func writeFailedRuns(to writer: inout JSONWriter) {
        writer.member("consecutive_failures", numbers.map { Int64(clamping: $0.consecutiveFailures) })
        writer.key("last_failed_runs")
        writer.array { writer in
            for run in numbers?.latestFailures ?? [] {
                writer.object { writer in
                    writer.member("run_id", run.id)
                    writer.member("end_timestamp_seconds", run.endedAt)
                    writer.member("reason", run.reason)
                    writer.member("duration_seconds", run.elapsed)
                    writer.member("tokens", Int64(clamping: run.tokens))
                    writer.member("steps", Int64(clamping: run.steps))
                }
            }
        }
    }
}

extension RecentHour {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("start_timestamp_seconds", start)
            writer.member("step_seconds", Self.stepSeconds)
            Self.writeFigures(runs, durations, to: &writer)
            writer.key("steps")
            writer.array { writer in
                for step in steps {
                    writer.object { Self.writeFigures(step.runs, step.durations, to: &$0) }
                }
            }
        }
    }

    private static func writeFigures(
        _ runs: [FinalStatus: UInt64], _ durations: Durations?, to writer: inout JSONWriter
    ) {
        writer.key("runs")
        runs.write(to: &writer)
        writer.member("failure_ratio", runs.failureRatio)
        writer.member("duration_median_seconds", durations?.median)
        writer.member("duration_p95_seconds", durations?.p95)
    }
}

extension [FinalStatus: UInt64] {
    /// By status, with an underscore where a status has a hyphen.
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            for status in FinalStatus.allCases {
                let name = String(status.rawValue.map { $0 == "-" ? "_" : $0 })
                writer.member(name, Int64(clamping: self[status] ?? 0))
            }
        }
    }
}
