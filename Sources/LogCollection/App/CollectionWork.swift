import CivilTime
import Metrics

/// What collecting an app has cost and come to, since the program started.
package struct CollectionWork: Sendable {
    /// Since when all of this has been counted, on the exporter's clock.
    package let since: UnixTime
    package internal(set) var collections: [CollectionResult: UInt64] = [:]
    package internal(set) var lastEnded: [CollectionResult: UnixTime] = [:]
    package internal(set) var collectionDuration = Histogram(
        bounds: [0.1, 0.5, 2.5, 10, 60], native: true)
    package private(set) var requests: [String: UInt64] = [:]
    /// Requests that went to the code `other`, because there were too many codes.
    package private(set) var divertedRequests: UInt64 = 0
    package internal(set) var tally = Collector.Tally()
    package internal(set) var oddValues = OddValues()
    package internal(set) var checkpointFailures: UInt64 = 0
    package internal(set) var checkpointDuration = Self.noCheckpointDuration
    /// The size of the latest checkpoint.
    package internal(set) var checkpointBytes = 0

    package static let noCheckpointDuration = Histogram(
        bounds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5], native: true)

    package init(since: UnixTime) {
        self.since = since
    }

    /// Adds what writing another app's checkpoints came to.
    package mutating func keepCheckpoints(of other: CollectionWork) {
        checkpointFailures += other.checkpointFailures
        checkpointDuration.merge(other.checkpointDuration)
    }

    /// Counts a request by its code. Codes beyond the first `seriesLimit` different ones are `other`.
    mutating func countRequest(code: String, seriesLimit: Int) {
        let isAdmitted = requests[code] != nil || requests.count < seriesLimit
        requests[isAdmitted ? code : "other", default: 0] += 1
        if !isAdmitted { divertedRequests += 1 }
    }
}

package enum CollectionResult: String, CaseIterable, Hashable, Sendable {
    case success, error
}
