import CivilTime

/// Something that happens to the simulated Dify, other than requests and the load. Apps are named as in their settings.
package enum Change: Sendable {
    /// A run as it is written here, beginning now.
    case addRun(app: String, RunScript)
    /// That many runs of the app's habit in one instant, and so with one second.
    case burst(app: String, rows: Int)
    /// From now on the server is another release; runs go on as they were begun.
    case upgrade(ServerVersion)
    case rotateKey(app: String, key: String)
    /// Switch the API off and on, archive the workspace, and so on.
    case setAccess(app: String, SimulatedApp.Access)
    case deleteApp(app: String)
    /// Deletes or archives what began longer ago than `olderThan`.
    case remove(app: String, SimulatedRun.Removal, olderThan: Duration)
    /// Brings back all that was archived.
    case restore(app: String)
    /// Makes logs that were written within `youngerThan` ones that a server since 1.15 cannot serve, in that share of cases.
    case poison(app: String, share: Double, youngerThan: Duration)
    /// Makes all logs such that every server can serve them.
    case repair(app: String)
    /// What the server says wrongly of its lists from now on.
    case setLies(Lies)
    /// Takes the Redis that all apps share away, or gives it back.
    case setRedis(isUp: Bool)
    /// Sets the server's clock forward, or back by a negative span. Rows keep the times that they have.
    case stepClock(by: Duration)
    /// The share is that of the runs that fail of it.
    case startIncident(app: String, Incident.Kind, share: Double = Incident.usualShare, lasting: Duration)
    case endIncident(app: String)
    case setFaults(Faults)
    /// The next requests fail, whatever the share of faults is.
    case failNext(Int, Faults.Kind)
    /// Stops the load of an app, or lets it go on.
    case setLoad(app: String, isOn: Bool)
}

extension SimulatedDify {
    /// Lets everything happen that is due before `moment`, and then the change. An app that does not exist is a mistake of
    /// the caller's.
    package mutating func apply(_ change: Change, at moment: UnixTime) {
        advance(to: moment)
        switch change {
        case .upgrade(let version): server.version = version
        case .stepClock(let span): server.clock.step(by: span, at: moment)
        case .setFaults(let new):
            let forced = faults.forced
            faults = new
            faults.forced = forced
        case .failNext(let count, let kind): faults.forced += Array(repeating: kind, count: count)
        case .addRun(let app, let script): addRun(script, to: index(of: app), at: moment)
        case .burst(let app, let rows):
            let index = index(of: app)
            for _ in 0..<rows { apps[index].startRun(at: moment, server: server) }
        case .rotateKey(let app, let key): apps[index(of: app)].settings.key = key
        case .setAccess(let app, let access): apps[index(of: app)].access = access
        case .deleteApp(let app): deleteApp(index(of: app), at: moment)
        case .remove(let app, let removal, let age):
            apps[index(of: app)].remove(removal, olderThan: age, at: moment, version: server.version)
        case .restore(let app): apps[index(of: app)].restore(at: moment)
        case .poison(let app, let share, let age):
            apps[index(of: app)].poison(share: share, youngerThan: age, at: moment)
        case .repair(let app): apps[index(of: app)].repair()
        case .setLies(let lies): server.lies = lies
        case .setRedis(let isUp): server.hasRedis = isUp
        case .startIncident(let app, let kind, let share, let length):
            let incident = Incident(kind: kind, share: share, start: moment, end: moment + length)
            apps[index(of: app)].incidents.call(incident)
        case .endIncident(let app): apps[index(of: app)].incidents.end(at: moment)
        case .setLoad(let app, let isOn): apps[index(of: app)].arrivals.setOn(isOn, at: moment)
        }
        // What has just been begun may already be visible.
        advance(to: moment)
    }

    private mutating func addRun(_ script: RunScript, to index: Int, at moment: UnixTime) {
        if let email = script.creator.email { accounts.insert(email) }
        apps[index].startRun(script, at: moment, server: server)
    }

    private mutating func deleteApp(_ index: Int, at moment: UnixTime) {
        apps[index].access = .deleted(at: moment)
        apps[index].arrivals.setOn(false, at: moment)
    }

    private func index(of name: String) -> Int {
        guard let index = apps.firstIndex(where: { $0.settings.name == name }) else {
            preconditionFailure("no simulated app is called \(name)")
        }
        return index
    }
}
