import CivilTime
import DifySimulator
import LogCollection

// What goes wrong, and what happens otherwise.
extension World {
    mutating func makeTrouble() {
        let app = apps[random.below(apps.count)].setup.name
        switch random.below(18) {
        case 0, 1, 2: kill(downFor: .seconds(Int64(1 + random.below(20))))
        case 3: kill(downFor: .seconds(Int64(60 + random.below(1800))))
        case 4, 5: dify.apply(.setFaults(Faults(share: random.fraction() * 0.3)), at: now)
        case 6: dify.apply(.setFaults(.none), at: now)
        case 7: unreachableUntil = now + .seconds(Int64(10 + random.below(1200)))
        case 8: disk.failing = random.chance(0.5) ? 0.3 : 0
        case 9: disk.crashing = random.chance(0.5) ? 0.02 : 0
        case 10: dify.apply(.burst(app: app, rows: 1 + random.below(250)), at: now)
        case 11: stepServerClock()
        case 12 where clocksAreSet: localOffset = .seconds(Int64(random.below(7200)) - 3600)
        case 12: break
        case 13: if mischief.rollout == nil, dify.version < "1.13.0" { dify.apply(.upgrade("1.13.0"), at: now) }
        case 14:
            // An hour ago everything had ended that ends at all, and had been looked at since.
            if isCurrent, mischief.farSteps.isEmpty {
                dify.apply(
                    .remove(app: app, random.chance(0.5) ? .archive : .retention, olderThan: .seconds(3600)), at: now)
            }
        case 15:
            // What was away while forgotten logs were read again would pass for new.
            if mischief.farSteps.isEmpty, !mischief.datesFellBack { dify.apply(.restore(app: app), at: now) }
        default:
            let length = Duration.seconds(Int64(60 + random.below(1800)))
            dify.apply(
                .startIncident(app: app, .provider, share: random.chance(0.5) ? 1 : 0.9, lasting: length), at: now)
        }
    }

    /// A step of the server's clock: forward by five minutes at most, back by fifteen, and not again soon.
    private mutating func stepServerClock() {
        guard clocksAreSet, now - clockSteppedAt > .seconds(1800), isCurrent else { return }
        setServerClock(by: .seconds(Int64(random.below(1200)) - 900))
    }

    /// Whether clocks are set in this world.
    private var clocksAreSet: Bool { !kinds.contains(.dates) }

    mutating func setServerClock(by span: Duration) {
        clockSteppedAt = now
        shiftServerClock(by: span)
    }

    mutating func shiftServerClock(by span: Duration) {
        serverOffset += span
        dify.apply(.stepClock(by: span), at: now)
    }

    /// Whether every app has been collected up to a moment ago, for so long that each run that has ended was looked at since: one
    /// that has not is looked at after an eighth of its age.
    private var isCurrent: Bool {
        let longest = max(.seconds(600), (now - began + .seconds(600)) / 8 + .seconds(60))
        return apps.allSatisfy { app in
            app.machine != nil && app.currentSince.map { now - $0 >= longest } ?? false && isCurrent(app.snapshot)
        }
    }

    func isCurrent(_ snapshot: AppSnapshot?) -> Bool {
        guard let until = snapshot?.numbers?.collectedUntil else { return false }
        return UnixTime(seconds: until) > serverNow - .seconds(300)
    }

    /// From here on nothing goes wrong, and no run begins.
    mutating func calmDown() {
        for app in dify.apps { dify.apply(.setLoad(app: app.settings.name, isOn: false), at: now) }
        dify.apply(.setFaults(.none), at: now)
        (disk.failing, disk.crashing) = (0, 0)
        unreachableUntil = now
        if downUntil != nil { downUntil = now }
        endMischief()
    }
}
