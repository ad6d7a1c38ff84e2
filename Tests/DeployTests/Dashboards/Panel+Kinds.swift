extension Panel {
    /// A tile with one number, and its course behind it unless it is for one moment.
    static func stat(
        _ title: String, _ description: String, unit: String, _ queries: Query..., steps: [Step] = Step.plain,
        width: Int = 4, none: String, mappings: JSONTree = [], text: String = "auto", decimals: Int? = nil
    ) -> Panel {
        let hasCourse = !(queries.first?.isInstant ?? true)
        var defaults: JSONTree = [
            "unit": .string(unit), "noValue": .string(none), "color": ["mode": "thresholds"], "mappings": mappings,
            "thresholds": Step.json(steps),
        ]
        if let decimals { defaults = defaults.adding(["decimals": .integer(decimals)]) }
        return Panel(
            type: "stat", title: title, description: description, width: width, height: 4, queries: queries,
            rest: [
                "fieldConfig": ["defaults": defaults, "overrides": []],
                "options": [
                    "colorMode": "value", "graphMode": hasCourse ? "area" : "none", "justifyMode": "auto",
                    "orientation": "auto", "percentChangeColorMode": "standard", "showPercentChange": false,
                    "textMode": .string(text), "wideLayout": true,
                    "reduceOptions": ["calcs": ["lastNotNull"], "fields": "", "values": false],
                ],
            ])
    }

    /// Whether the alerts can see what they are for: a number that says what is missing, where a count of alerts would be a green
    /// 0.
    static func detection(_ apps: String) -> Panel {
        func state(_ text: String, _ color: String, _ index: Int) -> JSONTree {
            ["text": .string(text), "color": .string(color), "index": .integer(index)]
        }
        return .stat(
            "Detection",
            "Whether the alerts see \(apps). Learning: less than a week is known, which comparisons with last week need. Behind: the "
                + "numbers are older than 10 minutes, or not complete yet. Failing: a collection failed. No rules: this "
                + "Prometheus has not evaluated deploy/prometheus for an app. The worst is shown.",
            unit: "none", Query(Expression.detection).instant, none: "No exporter",
            mappings: [
                [
                    "type": "value",
                    "options": [
                        "0": state("watching", "green", 0), "1": state("learning", "blue", 1),
                        "2": state("behind", "orange", 2), "3": state("failing", "red", 3),
                        "4": state("no rules", "red", 4),
                    ],
                ]
            ]
        ).runbooks("DifyDataStale", "DifyAppDown")
    }

    /// How lines are drawn.
    enum Drawing: Sendable {
        case lines, stackedAreas, stackedBars
    }

    static func timeSeries(
        _ title: String, _ description: String, unit: String, _ queries: Query..., drawing: Drawing = .lines,
        width: Int = 12, height: Int = 8, none: String, min: Int? = 0, max: Int? = nil,
        interval: String? = nil,
        colors: JSONTree = [], link: JSONTree? = nil, limit: [Step]? = nil
    ) -> Panel {
        var defaults: JSONTree = [
            "unit": .string(unit), "noValue": .string(none), "color": ["mode": "palette-classic"], "mappings": [],
            "thresholds": Step.json(limit ?? [Step(value: nil, color: "green")]),
            "custom": lines(drawing, showsLimit: limit != nil),
        ]
        if let min { defaults = defaults.adding(["min": .integer(min)]) }
        if let max { defaults = defaults.adding(["max": .integer(max)]) }
        if let link { defaults = defaults.adding(["links": [link]]) }
        var rest: JSONTree = [
            "fieldConfig": ["defaults": defaults, "overrides": colors],
            "options": [
                "legend": [
                    "calcs": drawing == .stackedBars ? ["lastNotNull", "max", "sum"] : ["lastNotNull", "mean", "max"],
                    "displayMode": "table", "placement": "bottom", "showLegend": true,
                ],
                "tooltip": ["hideZeros": false, "mode": "multi", "sort": "desc"],
            ],
        ]
        if let interval { rest = rest.adding(["interval": .string(interval)]) }
        return Panel(
            type: "timeseries", title: title, description: description, width: width, height: height, queries: queries,
            rest: rest)
    }

    private static func lines(_ drawing: Drawing, showsLimit: Bool) -> JSONTree {
        [
            "drawStyle": drawing == .stackedBars ? "bars" : "line", "lineInterpolation": "linear",
            "lineWidth": drawing == .stackedBars ? 0 : 1, "barAlignment": 0, "barWidthFactor": 0.8,
            "fillOpacity": drawing == .lines ? 8 : drawing == .stackedAreas ? 40 : 80, "gradientMode": "none",
            "showPoints": "auto", "pointSize": 4, "spanNulls": false, "insertNulls": false, "axisPlacement": "auto",
            "axisLabel": "", "axisColorMode": "text", "axisBorderShow": false, "axisCenteredZero": false,
            "scaleDistribution": ["type": "linear"],
            "hideFrom": ["legend": false, "tooltip": false, "viz": false],
            "stacking": ["group": "A", "mode": drawing == .lines ? "none" : "normal"],
            "thresholdsStyle": ["mode": showsLimit ? "dashed" : "off"],
        ]
    }

    static func heatmap(
        _ title: String, _ description: String, unit: String, _ queries: [Query], width: Int = 12, height: Int = 9,
        none: String, scheme: String = "Oranges"
    ) -> Panel {
        Panel(
            type: "heatmap", title: title, description: description, width: width, height: height, queries: queries,
            rest: [
                "interval": "1m",
                "fieldConfig": [
                    "defaults": [
                        "unit": .string(unit), "noValue": .string(none),
                        "custom": [
                            "hideFrom": ["legend": false, "tooltip": false, "viz": false],
                            "scaleDistribution": ["type": "linear"],
                        ],
                    ],
                    "overrides": [],
                ],
                "options": [
                    "calculate": false, "cellGap": 1, "cellValues": ["unit": "short"],
                    "color": [
                        "exponent": 0.5, "fill": "dark-orange", "mode": "scheme", "reverse": false,
                        "scale": "exponential",
                        "scheme": .string(scheme), "steps": 64,
                    ],
                    "exemplars": ["color": "rgba(31, 120, 193, 0.9)"], "filterValues": ["le": 1e-9],
                    "legend": ["show": true], "rowsFrame": ["layout": "auto"],
                    "tooltip": ["mode": "single", "showColorScale": true, "yHistogram": true],
                    "yAxis": ["axisPlacement": "left", "reverse": false, "unit": .string(unit)],
                ],
            ])
    }

    /// Bars of one moment, the longest first.
    static func bars(
        _ title: String, _ description: String, unit: String, _ query: Query, width: Int = 8, height: Int = 8,
        none: String, color: String = "continuous-YlRd"
    ) -> Panel {
        Panel(
            type: "bargauge", title: title, description: description, width: width, height: height,
            queries: [query.instant],
            rest: [
                "fieldConfig": [
                    "defaults": [
                        "unit": .string(unit), "noValue": .string(none), "color": ["mode": .string(color)],
                        "mappings": [],
                        "min": 0, "thresholds": Step.json(Step.plain),
                    ],
                    "overrides": [],
                ],
                "options": [
                    "displayMode": "gradient", "orientation": "horizontal", "minVizHeight": 16, "minVizWidth": 8,
                    "maxVizHeight": 40, "namePlacement": "left", "showUnfilled": true, "sizing": "auto",
                    "valueMode": "color",
                    "legend": ["calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": false],
                    "reduceOptions": ["calcs": ["lastNotNull"], "fields": "", "values": false],
                ],
            ])
    }

    /// Rows of one moment. `columns` renames what the queries return, and decides the order; what is not in it is hidden.
    static func table(
        _ title: String, _ description: String, unit: String = "short", _ queries: [Query], hidden: [String],
        columns: [(from: String, to: String)], sortedBy: String, overrides: JSONTree = [], link: JSONTree? = nil,
        width: Int = 24, height: Int = 9, none: String
    ) -> Panel {
        let hiding = hidden.map { (key: $0, value: JSONTree.bool(true)) }
        let names = columns.map { (key: $0.from, value: JSONTree.string($0.to)) }
        let order = columns.enumerated().map { (key: $1.from, value: JSONTree.integer($0)) }
        var defaults: JSONTree = [
            "unit": .string(unit), "noValue": .string(none), "color": ["mode": "thresholds"], "mappings": [],
            "thresholds": Step.json([Step(value: nil, color: "text")]),
            "custom": ["align": "auto", "cellOptions": ["type": "auto"], "filterable": false, "inspect": false],
        ]
        if let link { defaults = defaults.adding(["links": [link]]) }
        return Panel(
            type: "table", title: title, description: description, width: width, height: height, queries: queries,
            rest: [
                "fieldConfig": ["defaults": defaults, "overrides": overrides],
                "options": [
                    "cellHeight": "sm", "showHeader": true,
                    "sortBy": [["displayName": .string(sortedBy), "desc": true]],
                    "footer": ["countRows": false, "fields": "", "reducer": ["sum"], "show": false],
                ],
                "transformations": [
                    ["id": "merge", "options": [:]],
                    [
                        "id": "organize",
                        "options": [
                            "excludeByName": .object(hiding), "includeByName": [:], "indexByName": .object(order),
                            "renameByName": .object(names),
                        ],
                    ],
                ],
            ])
    }

    static func text(_ title: String, _ description: String, _ markdown: String, width: Int = 24, height: Int = 6)
        -> Panel
    {
        Panel(
            type: "text", title: title, description: description, width: width, height: height, queries: [],
            rest: [
                "options": [
                    "mode": "markdown", "content": .string(markdown),
                    "code": ["language": "plaintext", "showLineNumbers": false, "showMiniMap": false],
                ]
            ])
    }
}
