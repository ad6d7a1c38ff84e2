/// A dashboard before it is JSON.
struct Dashboard: Sendable {
    /// Stable for ever: links and bookmarks hold it.
    let uid: String
    let title: String
    let description: String
    /// How much time is shown at first.
    let span: String
    /// Variables beyond those that all dashboards have.
    let variables: [JSONTree]
    let sections: [Section]

    struct Section: Sendable {
        /// The row's title; nil for the panels on top, which stand without one.
        let title: String?
        let panels: [Panel]
        var isCollapsed = false

        init(_ title: String?, _ panels: [Panel], isCollapsed: Bool = false) {
            self.title = title
            self.panels = panels
            self.isCollapsed = isCollapsed
        }
    }

    var json: JSONTree {
        [
            "uid": .string(uid), "title": .string(title), "description": .string(description),
            "tags": ["dify", "prometheus"],
            "editable": false, "graphTooltip": 1, "timezone": "browser", "refresh": "30s", "schemaVersion": 42,
            "version": 1,
            "weekStart": "", "fiscalYearStartMonth": 0, "liveNow": false, "preload": false,
            "time": ["from": .string("now-\(span)"), "to": "now"],
            "timepicker": ["refresh_intervals": ["30s", "1m", "5m", "15m", "1h"]],
            "links": [Link.dashboards, Link.runbooks],
            "annotations": ["list": .array(Annotation.all)],
            "templating": ["list": .array(Variable.common + variables + [Variable.runbooks])],
            "panels": .array(placedPanels),
        ]
    }

    /// Rows and panels with their places: from left to right, and on a new line where 24 columns are full.
    private var placedPanels: [JSONTree] {
        var placed: [JSONTree] = []
        var id = 0
        var y = 0
        for section in sections {
            let top = y + (section.title == nil ? 0 : 1)
            let rowID = id + 1
            if section.title != nil { id += 1 }
            var x = 0
            var line = top
            var lineHeight = 0
            var panels: [JSONTree] = []
            for panel in section.panels {
                if x + panel.width > 24 {
                    x = 0
                    line += lineHeight
                    lineHeight = 0
                }
                id += 1
                panels.append(panel.json(id: id, x: x, y: line))
                x += panel.width
                lineHeight = max(lineHeight, panel.height)
            }
            if let title = section.title {
                placed.append(Self.row(title, id: rowID, y: y, panels: section.isCollapsed ? panels : nil))
            }
            if !section.isCollapsed { placed += panels }
            y = section.isCollapsed ? top : line + lineHeight
        }
        return placed
    }

    private static func row(_ title: String, id: Int, y: Int, panels: [JSONTree]?) -> JSONTree {
        [
            "id": .integer(id), "type": "row", "title": .string(title), "collapsed": .bool(panels != nil),
            "gridPos": ["h": 1, "w": 24, "x": 0, "y": .integer(y)], "panels": .array(panels ?? []),
        ]
    }
}

/// Variables of dashboards.
enum Variable {
    /// Where Prometheus is, and which exporters and apps are shown.
    static let common: [JSONTree] = [
        [
            "type": "datasource", "name": "datasource", "label": "Data source",
            "description": "The Prometheus that is asked.",
            "query": "prometheus", "regex": "", "multi": false, "includeAll": false, "hide": 0, "refresh": 1,
            "skipUrlSync": false, "options": [], "current": ["selected": false, "text": "default", "value": "default"],
        ],
        query("job", "Job", "The job of the scrape configuration.", "label_values(dify_up, job)"),
        query(
            "instance", "Exporter", "The exporters of these jobs.",
            #"label_values(dify_up{job=~"$job"}, instance)"#),
        query(
            "app", "App", "The apps of these exporters, as they are named in their configuration.",
            #"label_values(dify_up{\#(Selected.exporters)}, app)"#),
    ]

    /// Where the runbooks are published: the one place to change in a dashboard.
    static let runbooks: JSONTree = [
        "type": "constant", "name": "runbooks", "label": "Runbooks", "description": "The address of deploy/runbooks.",
        "query": .string(Alerting.runbooks), "hide": 2, "skipUrlSync": true,
        "current": ["selected": false, "text": .string(Alerting.runbooks), "value": .string(Alerting.runbooks)],
        "options": [],
    ]

    /// A number that the reader types.
    static func number(_ name: String, _ label: String, _ description: String, _ value: String) -> JSONTree {
        let option: JSONTree = ["selected": true, "text": .string(value), "value": .string(value)]
        return [
            "type": "textbox", "name": .string(name), "label": .string(label), "description": .string(description),
            "query": .string(value), "hide": 0, "skipUrlSync": false, "current": option, "options": [option],
        ]
    }

    static let objective = number(
        "objective", "Success objective",
        "The share of finished runs that must not fail: 1 minus the threshold failure_ratio of the alerts.", "0.985")

    private static func query(_ name: String, _ label: String, _ description: String, _ query: String) -> JSONTree {
        [
            "type": "query", "name": .string(name), "label": .string(label), "description": .string(description),
            "datasource": ["type": "prometheus", "uid": "${datasource}"], "query": .string(query),
            "definition": .string(query), "regex": "", "refresh": 2, "sort": 5, "multi": true, "includeAll": true,
            "allValue": ".+", "allowCustomValue": true, "hide": 0, "skipUrlSync": false, "options": [],
            "current": ["selected": true, "text": ["All"], "value": ["$__all"]],
        ]
    }
}

/// Events that are drawn across all graphs.
enum Annotation {
    static let all: [JSONTree] = [
        [
            "name": "Annotations & Alerts", "type": "dashboard", "builtIn": 1, "enable": true, "hide": true,
            "iconColor": "rgba(0, 211, 255, 1)", "datasource": ["type": "grafana", "uid": "-- Grafana --"],
        ],
        event(
            "Restarts", "changes(process_start_time_seconds{\(Selected.exporters)}[$__rate_interval]) > 0",
            color: "purple",
            title: "dify-exporter restarted", text: "{{instance}}", tags: "instance"),
        event(
            "Reloads",
            "changes(dify_exporter_config_last_reload_success_timestamp_seconds{\(Selected.exporters)}[$__rate_interval]) > 0",
            color: "blue", title: "Configuration loaded", text: "{{instance}}", tags: "instance"),
        event(
            "Collections failing", "dify_up{\(Selected.apps)} == 0", color: "red", title: "Dify cannot be collected",
            text: "{{app}}", tags: "app"),
    ]

    private static func event(
        _ name: String, _ expression: String, color: String, title: String, text: String, tags: String
    ) -> JSONTree {
        [
            "name": .string(name), "enable": true, "hide": false, "iconColor": .string(color),
            "datasource": ["type": "prometheus", "uid": "$datasource"], "expr": .string(expression), "step": "",
            "titleFormat": .string(title), "textFormat": .string(text), "tagKeys": .string(tags),
            "useValueForTime": false,
        ]
    }
}
