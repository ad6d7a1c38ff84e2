import Platform

/// Counts the changes of what pages tell, so that anybody can see at any time whether a page is of the present state.
package final class ChangeCounter: Sendable {
    private let changes = Locked(0)

    package var count: Int { changes.withLock { $0 } }

    func note() { changes.withLock { $0 += 1 } }
}
