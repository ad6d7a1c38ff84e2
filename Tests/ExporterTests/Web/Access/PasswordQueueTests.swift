import HTTPEndpoint
import Testing

@testable import Exporter

struct PasswordQueueTests {
    private typealias Queue = PasswordQueue<String>

    private let now = ContinuousClock.now

    /// A queue in which these wait: a client's number, a user or nil, and what the waiter is called.
    private func queue(
        limit: Int = 100, _ waiters: [(client: UInt32, user: String?, name: String)]
    ) -> Queue {
        var queue = Queue(limit: limit)
        for waiter in waiters { #expect(insert(waiter.name, waiter.client, waiter.user, into: &queue) == nil) }
        return queue
    }

    private func insert(_ name: String, _ client: UInt32, _ user: String?, into queue: inout Queue) -> String? {
        queue.insert(name, from: Queue.Origin(client: .ipv4(client), user: user), at: now)
    }

    private func order(_ queue: Queue) -> [String] {
        var queue = queue
        var order: [String] = []
        while let next = queue.next() { order.append(next) }
        return order
    }

    @Test func `the waiters of one origin come in their order`() {
        #expect(order(queue([(1, "a", "1"), (1, "a", "2"), (1, "a", "3")])) == ["1", "2", "3"])
        #expect(order(queue([])) == [])
    }

    @Test func `names that are configured come before all others`() {
        let queue = queue([(1, nil, "1"), (2, nil, "2"), (1, "a", "3"), (1, nil, "4"), (1, "b", "5")])
        // Then it is the turn of the address that has had none.
        #expect(order(queue) == ["3", "5", "2", "1", "4"])
    }

    @Test func `addresses take turns`() {
        let queue = queue([(1, "a", "1"), (1, "a", "2"), (1, "a", "3"), (2, "a", "4"), (2, "a", "5"), (3, "a", "6")])
        #expect(order(queue) == ["1", "4", "6", "2", "5", "3"])
    }

    @Test func `at one address names take turns`() {
        let queue = queue([(1, "a", "1"), (1, "a", "2"), (1, "a", "3"), (1, "b", "4"), (1, "b", "5")])
        #expect(order(queue) == ["1", "4", "2", "5", "3"])
    }

    @Test func `whoever comes anew does not wait for those who had their turns`() {
        var queue = queue([(1, "a", "1"), (1, "a", "2"), (1, "a", "3")])
        #expect(queue.next() == "1")
        #expect(insert("4", 2, "a", into: &queue) == nil)
        #expect(order(queue) == ["4", "2", "3"])
    }

    @Test func `a full queue gives up the latest of an unknown name`() {
        var queue = queue(limit: 3, [(1, nil, "1"), (2, nil, "2"), (2, "a", "3")])
        #expect(insert("4", 2, "a", into: &queue) == "2")
        #expect(insert("5", 3, nil, into: &queue) == "5")
        #expect(insert("6", 3, "a", into: &queue) == "1")
        #expect(queue.count == 3)
    }

    @Test func `a full queue gives up the latest of the address that holds most of it`() {
        var queue = queue(limit: 4, [(1, "a", "1"), (1, "a", "2"), (1, "a", "3"), (2, "a", "4")])
        #expect(insert("5", 3, "a", into: &queue) == "3")
        #expect(insert("6", 1, "a", into: &queue) == "6")
        #expect(order(queue) == ["1", "4", "5", "2"])
    }

    @Test func `a full queue gives up the latest of the name that holds most of its address`() {
        var queue = queue(limit: 3, [(1, "a", "1"), (1, "a", "2"), (1, "a", "3")])
        #expect(insert("4", 1, "b", into: &queue) == "3")
        #expect(order(queue) == ["1", "4", "2"])
    }

    @Test func `those who wait for too long are taken out`() {
        var queue = Queue(limit: 10)
        for (number, name) in ["1", "2", "3"].enumerated() {
            let moment = now + .seconds(number)
            #expect(queue.insert(name, from: Queue.Origin(client: nil, user: "a"), at: moment) == nil)
        }
        #expect(queue.removeAll(since: now + .seconds(1)) == ["1", "2"])
        #expect(queue.removeAll(since: now) == [])
        #expect(order(queue) == ["3"])
    }
}
