import CivilTime

extension SimulatedApp.Settings {
    /// Four workflow apps with habits of their own, and a chatflow that will never have a log.
    package static var demo: [SimulatedApp.Settings] {
        [supportTriage, invoiceReader, contentDrafts, nightlyEnrichment, helpdeskChat]
    }

    /// An app that starts exactly so many runs a second, for `span` or for ever; nothing odd happens to them.
    package static func steady(
        name: String, key: String, runsPerSecond: Double, for span: Duration? = nil
    ) -> SimulatedApp.Settings {
        var app = SimulatedApp.Settings(name: name, key: key)
        app.load = .steady(runsPerSecond: runsPerSecond, span: span)
        return app
    }

    /// Quick and busy in office hours; its model provider throttles it.
    private static var supportTriage: SimulatedApp.Settings {
        var app = SimulatedApp.Settings(name: "support-triage", key: "app-demo-support-triage")
        app.description = "Sorts incoming tickets"
        app.tags = ["support"]
        app.load = .lively(Rhythm(runsPerSecond: 0.8, daySwing: 0.7, weekendFactor: 0.4))
        app.habit.medianSeconds = 2.2
        app.habit.medianTokens = 650
        app.habit.failedShare = 0.03
        app.habit.subject = "ticket"
        app.habit.incidentEvery = .seconds(2 * 3600)
        app.oddities = .occasional
        return app
    }

    /// Slower, fails over bad input, and catches many of its errors itself.
    private static var invoiceReader: SimulatedApp.Settings {
        var app = SimulatedApp.Settings(name: "invoice-reader", key: "app-demo-invoice-reader")
        app.description = "Reads invoices into rows"
        app.tags = ["finance", "ocr"]
        app.load = .lively(Rhythm(runsPerSecond: 0.25, daySwing: 0.8, busiestHour: 10, weekendFactor: 0.1))
        app.habit.medianSeconds = 14
        app.habit.medianTokens = 5200
        app.habit.steps = 8...22
        (app.habit.failedShare, app.habit.partialShare) = (0.06, 0.05)
        app.habit.failures = [
            Weighted(.invalidInput, 6), Weighted(.code, 3), Weighted(.timeout, 2), Weighted(.quota, 1),
        ]
        app.habit.subject = "invoice"
        app.habit.incidentEvery = .seconds(5 * 3600)
        app.oddities = .occasional
        return app
    }

    /// Long texts for a few people, who stop runs and are asked for approval.
    private static var contentDrafts: SimulatedApp.Settings {
        var app = SimulatedApp.Settings(name: "content-drafts", key: "app-demo-content-drafts")
        app.description = "Drafts articles for approval"
        app.tags = ["marketing"]
        app.author = "Mo Member"
        app.load = .lively(Rhythm(runsPerSecond: 0.08, daySwing: 0.9, busiestHour: 15, weekendFactor: 0.2))
        app.habit.medianSeconds = 45
        app.habit.medianTokens = 14_000
        app.habit.stoppedShare = 0.06
        app.habit.sessions = 6
        app.habit.origins = [Weighted(.webApp, 6), Weighted(.explore, 3), Weighted(.api, 1)]
        app.habit.failures = [Weighted(.contentFilter, 4), Weighted(.rateLimit, 3), Weighted(.other, 1)]
        app.habit.subject = "draft"
        app.oddities = .occasional
        app.oddities.pausedShare = 0.2
        return app
    }

    /// Webhooks and schedules, mostly by night; its plugin triggers fail now and then.
    private static var nightlyEnrichment: SimulatedApp.Settings {
        var app = SimulatedApp.Settings(name: "nightly-enrichment", key: "app-demo-nightly-enrichment")
        app.description = "Completes CRM records"
        app.load = .lively(Rhythm(runsPerSecond: 0.3, daySwing: 0.6, busiestHour: 2))
        app.habit.medianSeconds = 6
        app.habit.medianTokens = 0
        app.habit.origins = [Weighted(.webhook, 6), Weighted(.schedule, 2), Weighted(.plugin, 2)]
        app.habit.failures = [Weighted(.connection, 4), Weighted(.upstream5xx, 3), Weighted(.timeout, 2)]
        app.habit.subject = "record"
        app.habit.incidentEvery = .seconds(8 * 3600)
        app.oddities = .occasional
        app.oddities.pluginFailureShare = 0.01
        return app
    }

    private static var helpdeskChat: SimulatedApp.Settings {
        var app = SimulatedApp.Settings(name: "helpdesk-chat", key: "app-demo-helpdesk-chat")
        app.description = "Answers customers"
        app.mode = .chatflow
        return app
    }
}
