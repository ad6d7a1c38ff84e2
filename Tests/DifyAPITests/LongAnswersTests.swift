import Platform
import Testing

@testable import DifyAPI

struct LongAnswersTests {
    /// Answers by name, and which of them were given up, in their order.
    private final class Answers {
        private let answers = LongAnswers(limit: 100)
        private var shares: [String: LongAnswers.Share] = [:]
        private let given = Locked<[String]>([])

        var givenUp: [String] { given.withLock { $0 } }

        func grow(_ name: String, to bytes: Int) {
            let share = shares[name] ?? answers.share { [given] in given.withLock { $0.append(name) } }
            shares[name] = share
            share.grow(to: bytes)
        }

        func arrive(_ name: String) -> Bool? { shares[name]?.arrive() }

        func release(_ name: String) { shares[name] = nil }
    }

    @Test func `answers within the limit all arrive`() {
        let answers = Answers()
        answers.grow("a", to: 60)
        answers.grow("b", to: 40)
        #expect(answers.arrive("a") == true && answers.arrive("b") == true)
        #expect(answers.givenUp == [])
    }

    @Test func `beyond the limit the longest is given up, whoever goes beyond it`() {
        let answers = Answers()
        answers.grow("a", to: 30)
        answers.grow("b", to: 60)
        answers.grow("a", to: 41)
        #expect(answers.givenUp == ["b"])
        answers.grow("b", to: 99)
        answers.grow("c", to: 59)
        #expect(answers.givenUp == ["b"])
        answers.grow("c", to: 70)
        #expect(answers.givenUp == ["b", "c"])
        #expect(answers.arrive("a") == true && answers.arrive("b") == false && answers.arrive("c") == false)
    }

    @Test func `one that has arrived counts until it is let go, and is not given up`() {
        let answers = Answers()
        answers.grow("a", to: 90)
        #expect(answers.arrive("a") == true)
        answers.grow("b", to: 20)
        #expect(answers.givenUp == ["b"])
        answers.release("a")
        answers.grow("c", to: 100)
        #expect(answers.givenUp == ["b"])
    }
}
