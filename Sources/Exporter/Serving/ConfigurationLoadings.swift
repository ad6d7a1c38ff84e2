import CivilTime
import Metrics

/// What came of the attempts to load the configuration. The first succeeded, or else there would be no exporter.
package actor ConfigurationLoadings {
    private var lastSucceeded = true
    private var lastSuccess: UnixTime

    package init(firstAt moment: UnixTime = .now) {
        lastSuccess = moment
    }

    package func note(succeeded: Bool, at moment: UnixTime) {
        lastSucceeded = succeeded
        if succeeded { lastSuccess = moment }
    }

    var families: [Family] {
        var successful = Family(Catalogue.configLastReloadSuccessful)
        successful.add([], lastSucceeded ? 1 : 0)
        var moment = Family(Catalogue.configLastReloadSuccess)
        moment.add([], lastSuccess.secondsValue)
        return [successful, moment]
    }
}
