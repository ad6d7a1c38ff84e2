import Testing

@testable import Exporter

@Suite struct SignalCourseTests {
    private enum Phase: CaseIterable {
        case starting, serving, stopping
    }

    private func course(in phase: Phase, reloadsOnHangup: Bool) -> SignalCourse {
        var course = SignalCourse(reloadsOnHangup: reloadsOnHangup)
        if phase != .starting { _ = course.serve() }
        if phase == .stopping { _ = course.receive(.terminate) }
        return course
    }

    @Test func `every signal in every phase has its reaction`() {
        let table: [(Phase, Signal, reloading: SignalCourse.Reaction, other: SignalCourse.Reaction)] = [
            (.starting, .hangup, .nothing, .exit(status: 0)),
            (.starting, .interrupt, .exit(status: 0), .exit(status: 0)),
            (.starting, .terminate, .exit(status: 0), .exit(status: 0)),
            (.serving, .hangup, .order(.reload), .order(.stop(.hangup))),
            (.serving, .interrupt, .order(.stop(.interrupt)), .order(.stop(.interrupt))),
            (.serving, .terminate, .order(.stop(.terminate)), .order(.stop(.terminate))),
            (.stopping, .hangup, .nothing, .nothing),
            (.stopping, .interrupt, .exit(status: 130), .exit(status: 130)),
            (.stopping, .terminate, .exit(status: 143), .exit(status: 143)),
        ]
        #expect(table.count == Phase.allCases.count * Signal.allCases.count)
        for (phase, signal, reloading, other) in table {
            var course = course(in: phase, reloadsOnHangup: true)
            #expect(course.receive(signal) == reloading, "\(phase) \(signal)")
            course = self.course(in: phase, reloadsOnHangup: false)
            #expect(course.receive(signal) == other, "\(phase) \(signal)")
        }
    }

    @Test func `a reload that is asked for while the program starts comes once it serves`() {
        var course = SignalCourse(reloadsOnHangup: true)
        _ = course.receive(.hangup)
        _ = course.receive(.hangup)
        #expect(course.serve() == [.reload])
        #expect(course.receive(.hangup) == .order(.reload))
        #expect(course.receive(.interrupt) == .order(.stop(.interrupt)))
    }

    @Test func `a hangup ends what does not reload, and a second signal ends it at once`() {
        var course = SignalCourse(reloadsOnHangup: false)
        #expect(course.serve() == [])
        #expect(course.receive(.hangup) == .order(.stop(.hangup)))
        #expect(course.receive(.terminate) == .exit(status: 143))
    }
}
