import Collection
import Metrics

/// The latest snapshot of each app, in the order of the configuration: collections write, scrapes read.
package actor SnapshotBoard {
    private let count: Int
    private var snapshots: [Int: AppSnapshot] = [:]

    /// `count` apps are expected.
    package init(count: Int) {
        self.count = count
    }

    package func post(_ snapshot: AppSnapshot, at place: Int) {
        snapshots[place] = snapshot
    }

    package var all: [AppSnapshot] {
        snapshots.sorted { $0.key < $1.key }.map(\.value)
    }

    /// How many apps have not been tried yet.
    package var untried: Int { count - snapshots.count }
}
