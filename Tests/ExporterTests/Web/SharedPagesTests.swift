import Platform
import TestSupport
import Testing

@testable import Exporter
@testable import HTTPEndpoint

struct SharedPagesTests {
    private static let text = SharedPages.Key(content: .metrics(.textV004, nil, apps: nil), isCompressed: false)

    /// Counts how often pages are made, one at a time and together, and holds them back on demand.
    private actor Kitchen {
        private(set) var made: [String] = []
        private(set) var mostAtOnce = 0
        private var atOnce = 0
        private var isHeld = false
        private var held: [CheckedContinuation<Void, Never>] = []

        func hold() {
            isHeld = true
        }

        func release() {
            isHeld = false
            for continuation in held { continuation.resume() }
            held = []
        }

        func make(_ name: String) async -> HTTPResponse {
            made.append(name)
            atOnce += 1
            mostAtOnce = max(mostAtOnce, atOnce)
            if isHeld { await withCheckedContinuation { held.append($0) } } else { await Task.yield() }
            atOnce -= 1
            return .text(200, name)
        }
    }

    private final class Clock: Sendable {
        private let moment = Locked(ContinuousClock.now)

        var now: ContinuousClock.Instant { moment.withLock { $0 } }

        func advance(by span: Duration) {
            moment.withLock { $0 += span }
        }
    }

    private func version(_ generation: Int) -> SharedPages.Version {
        .init(generation: generation, reload: ReloadStatus(startedAt: .now))
    }

    private func narrowed(_ number: Int) -> SharedPages.Key {
        .init(content: .metrics(.textV004, nil, apps: ["\(number)"]), isCompressed: false)
    }

    @Test func `a page is made once for all who ask at the same moment, and anew for what is news`() async {
        let (clock, kitchen) = (Clock(), Kitchen())
        let pages = SharedPages { clock.now }
        let reload = ReloadStatus(startedAt: .now)
        func ask(_ generation: Int) async -> String {
            await pages.page(Self.text, .init(generation: generation, reload: reload)) {
                await kitchen.make("\(generation)")
            }.text
        }
        #expect(await [ask(1), ask(1)] == ["1", "1"])
        #expect(await kitchen.made == ["1"])
        #expect(await ask(2) == "2")
        #expect(await kitchen.made == ["1", "2"])
        clock.advance(by: .milliseconds(100))
        #expect(await ask(2) == "2")
        #expect(await kitchen.made == ["1", "2", "2"])
    }

    @Test func `a page that is made lies ready for a moment, as long as nothing has changed`() async {
        let (clock, kitchen) = (Clock(), Kitchen())
        let pages = SharedPages { clock.now }
        #expect(pages.readyPage(Self.text, generation: 1) == nil)
        _ = await pages.page(Self.text, version(1)) { await kitchen.make("page") }
        #expect(pages.readyPage(Self.text, generation: 1)?.text == "page")
        #expect(pages.readyPage(Self.text, generation: 2) == nil)
        #expect(pages.readyPage(narrowed(1), generation: 1) == nil)
        clock.advance(by: .milliseconds(100))
        #expect(pages.readyPage(Self.text, generation: 1) == nil)
    }

    @Test func `while one has a ready page made anew, the others get it for a moment more`() async {
        let (clock, kitchen) = (Clock(), Kitchen())
        let pages = SharedPages { clock.now }
        _ = await pages.page(Self.text, version(1)) { await kitchen.make("page") }
        clock.advance(by: .milliseconds(100))
        #expect(pages.readyPage(Self.text, generation: 1) == nil)
        #expect(pages.readyPage(Self.text, generation: 1)?.text == "page")
        #expect(pages.readyPage(Self.text, generation: 2) == nil)
        clock.advance(by: .milliseconds(100))
        #expect(pages.readyPage(Self.text, generation: 1) == nil)
    }

    @Test func `who asks while a page is made waits for it`() async throws {
        let (pages, kitchen) = (SharedPages(), Kitchen())
        let version = version(1)
        await kitchen.hold()
        async let first = pages.page(Self.text, version) { await kitchen.make("first") }
        try await Workbench.until { await !kitchen.made.isEmpty }
        async let second = pages.page(Self.text, version) { await kitchen.make("second") }
        await kitchen.release()
        #expect(await [first.text, second.text] == ["first", "first"])
    }

    @Test func `few pages are made at once`() async {
        let (pages, kitchen) = (SharedPages(), Kitchen())
        let version = version(1)
        await withTaskGroup { group in
            for number in 0..<50 {
                group.addTask { _ = await pages.page(narrowed(number), version) { await kitchen.make("\(number)") } }
            }
        }
        #expect(await kitchen.made.count == 50)
        #expect(await kitchen.mostAtOnce == 2)
    }

    @Test func `the whole page is made before narrowed ones that came earlier`() async throws {
        let (pages, kitchen) = (SharedPages(), Kitchen())
        let version = version(1)
        await kitchen.hold()
        try await withThrowingTaskGroup { group in
            for number in 0..<5 {
                group.addTask { _ = await pages.page(narrowed(number), version) { await kitchen.make("narrowed") } }
            }
            try await Workbench.until { await pages.waitingCount == 3 }
            group.addTask { _ = await pages.page(Self.text, version) { await kitchen.make("whole") } }
            try await Workbench.until { await pages.waitingCount == 4 }
            await kitchen.release()
        }
        #expect(await kitchen.made[..<3] == ["narrowed", "narrowed", "whole"])
    }
}
