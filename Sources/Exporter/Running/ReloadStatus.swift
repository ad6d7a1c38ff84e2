import CivilTime
import Metrics

/// How loading the configuration went, the first time at the start included.
struct ReloadStatus: Hashable, Sendable {
    private(set) var isSuccessful = true
    /// The same of the web configuration, which is also loaded when its files change.
    private var isWebSuccessful = true
    private(set) var latestSuccess: UnixTime

    /// Of a program that has begun with a configuration.
    init(startedAt: UnixTime) {
        latestSuccess = startedAt
    }

    mutating func noteSuccess(at moment: UnixTime) {
        (isSuccessful, isWebSuccessful, latestSuccess) = (true, true, moment)
    }

    mutating func noteWeb(isSuccessful: Bool) {
        isWebSuccessful = isSuccessful
    }

    mutating func noteFailure() {
        isSuccessful = false
    }

    var families: [Family] {
        var successful = Family(Catalogue.configLastReloadSuccessful)
        successful.add([], isSuccessful && isWebSuccessful ? 1 : 0)
        var time = Family(Catalogue.configLastReloadSuccess)
        time.add([], latestSuccess.secondsValue)
        return [successful, time]
    }
}
