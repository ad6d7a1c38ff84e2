import Foundation
import Platform

/// A thread of its own for tests that compute for long, or that wait for another program.
///
/// Swift's tasks share as many threads as there are processors. A test that keeps one of them keeps the servers waiting that
/// other tests ask meanwhile, until those run out of patience; a thread of its own is the operating system's to divide.
package struct Workbench: Sendable {
    private let queue = OperationQueue()

    private init(places: Int) {
        queue.maxConcurrentOperationCount = places
    }

    /// For what computes, two at a time: the operating system lets everybody else in between.
    package static let computing = Workbench(places: 2)
    /// For other programs, which compute on their own.
    package static let programs = Workbench(places: 1)
    /// For Prometheus's checks of the rules, each of which takes all processors that it can get.
    package static let promtool = Workbench(places: 1)

    /// Does the work when a place is free, and gives what comes of it.
    package func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Result(catching: work)) }
        }
    }

    /// Waits on a thread of its own for what another program does, beside others who wait.
    package static func waiting<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try DetachedThread.start { continuation.resume(with: Result(catching: work)) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Looks again and again until something holds, and leaves the processor to others meanwhile. Throws `Overdue` after
    /// `limit`, which only what never happens exceeds.
    package static func until(
        atMost limit: Duration = .seconds(600), _ holds: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + limit
        while try await !holds() {
            guard ContinuousClock.now < end else { throw Overdue(limit: limit) }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// What a test waited for did not happen.
    package struct Overdue: Error {
        package let limit: Duration
    }
}
