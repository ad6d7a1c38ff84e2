/// A panel without its place: `Dashboard` lays panels out in the order in which they are given.
struct Panel: Sendable {
    let type: String
    let title: String
    let description: String
    let width: Int
    let height: Int
    let queries: [Query]
    /// What stands beside the title and the queries: fieldConfig, options and what else the type has.
    let rest: JSONTree
    /// The alerts whose runbooks the panel links to.
    var runbooks: [String] = []

    func json(id: Int, x: Int, y: Int) -> JSONTree {
        var panel: JSONTree = [
            "id": .integer(id), "type": .string(type), "title": .string(title), "description": .string(description),
            "gridPos": ["h": .integer(height), "w": .integer(width), "x": .integer(x), "y": .integer(y)],
        ]
        if !runbooks.isEmpty {
            panel = panel.adding(["links": .array(runbooks.map { Link.runbook($0) })])
        }
        if !queries.isEmpty {
            let targets = zip("ABCDEFGHIJKLMNOP", queries).map { $1.json(refID: String($0)) }
            panel = panel.adding(["datasource": Query.source, "targets": .array(targets)])
        }
        return panel.adding(rest)
    }

    /// The panel with links to the runbooks of alerts.
    func runbooks(_ alerts: String...) -> Panel {
        var panel = self
        panel.runbooks = alerts
        return panel
    }
}

/// Links in Grafana's form, which wants every member.
enum Link {
    static func to(_ title: String, url: String, newTab: Bool = false) -> JSONTree {
        [
            "title": .string(title), "type": "link", "icon": "external link", "tooltip": .string(title), "tags": [],
            "asDropdown": false, "targetBlank": .bool(newTab), "includeVars": false, "keepTime": false,
            "url": .string(url),
        ]
    }

    static func runbook(_ alert: String) -> JSONTree {
        to("Runbook: \(alert)", url: "${runbooks:raw}\(alert).md", newTab: true)
    }

    /// The address of the dashboard of one app, with the time and the source of this one.
    static func app(_ reference: String) -> JSONTree {
        to(
            "Open this app",
            url: "/d/dify-app?${__url_time_range}&${datasource:queryparam}&${job:queryparam}&${instance:queryparam}"
                + "&var-app=${\(reference)}")
    }

    /// The other dashboards: all that carry the tag.
    static let dashboards: JSONTree = [
        "title": "Dify dashboards", "type": "dashboards", "icon": "external link",
        "tooltip": "The other dashboards of Dify",
        "tags": ["dify"], "asDropdown": false, "targetBlank": false, "includeVars": true, "keepTime": true, "url": "",
    ]

    static let runbooks = to("Runbooks", url: "${runbooks:raw}README.md", newTab: true)
}

/// A colour from a value on.
struct Step: Sendable {
    let value: Double?
    let color: String

    /// Green, then orange, then red as the value grows.
    static func rising(orange: Double, red: Double) -> [Step] {
        [Step(value: nil, color: "green"), Step(value: orange, color: "orange"), Step(value: red, color: "red")]
    }

    /// Red, then orange, then green as the value grows.
    static func falling(orange: Double, green: Double) -> [Step] {
        [Step(value: nil, color: "red"), Step(value: orange, color: "orange"), Step(value: green, color: "green")]
    }

    /// Green up to, but not including, `red`.
    static func red(from red: Double) -> [Step] {
        [Step(value: nil, color: "green"), Step(value: red, color: "red")]
    }

    /// The share of failed runs, out of `whole`: orange from the alerts' budget on, and red where it is spent several times over.
    static func failures(of whole: Double = 1) -> [Step] { rising(orange: 0.015 * whole, red: 0.05 * whole) }

    /// Failed runs in a row: red from the number on at which an alert fires.
    static let streak = rising(orange: 2, red: 4)

    static let plain = [Step(value: nil, color: "blue")]

    static func json(_ steps: [Step]) -> JSONTree {
        let list = steps.map { step -> JSONTree in
            let value: JSONTree = step.value.map { $0 == $0.rounded() ? .integer(Int($0)) : .double($0) } ?? .null
            return ["color": .string(step.color), "value": value]
        }
        return ["mode": "absolute", "steps": .array(list)]
    }
}
