/// The same colour for the same thing on every dashboard.
enum Colors {
    static let finished: JSONTree = overrides([
        ("succeeded", "green"), ("failed", "red"), ("partial-succeeded", "orange"), ("stopped", "#8e8e8e"),
        ("other", "purple"),
    ])

    static let unfinished: JSONTree = overrides([("running", "blue"), ("paused", "yellow"), ("pending", "#8e8e8e")])

    static let results: JSONTree = overrides([("success", "green"), ("error", "red")])

    static let weeks: JSONTree = overrides([
        ("this week", "blue"), ("last week", "#8e8e8e"), ("last week: not known yet", "transparent"),
    ])

    static let quantiles: JSONTree = overrides([("p50", "green"), ("p95", "orange"), ("p99", "red")])

    /// Fixed colours for series by their names.
    private static func overrides(_ colors: [(name: String, color: String)]) -> JSONTree {
        .array(
            colors.map { name, color in
                [
                    "matcher": named(name),
                    "properties": [["id": "color", "value": ["fixedColor": .string(color), "mode": "fixed"]]],
                ]
            })
    }

    /// Grafana's published schema wants matcher options to be an object, which leaves `byNames`, the matcher of the legend.
    private static func named(_ name: String) -> JSONTree {
        ["id": "byNames", "options": ["mode": "include", "names": [.string(name)]]]
    }

    /// A column of a table whose text takes a colour from its value.
    static func column(_ name: String, _ steps: [Step]) -> JSONTree {
        [
            "matcher": named(name),
            "properties": [
                ["id": "custom.cellOptions", "value": ["type": "color-text"]],
                ["id": "thresholds", "value": Step.json(steps)],
            ],
        ]
    }
}
