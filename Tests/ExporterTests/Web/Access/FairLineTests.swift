import Testing

@testable import Exporter

struct FairLineTests {
    private func taken(_ line: inout FairLine<String, String>) -> [String] {
        var elements: [String] = []
        while let element = line.next() { elements.append(element) }
        return elements
    }

    @Test func `everybody's first stands before anybody's second`() {
        var line = FairLine<String, String>(limit: 8)
        for element in ["a1", "a2", "a3", "b1", "b2", "c1"] {
            guard case .waits = line.add(element, of: String(element.prefix(1))) else {
                return #expect(Bool(false), "\(element) is not let in")
            }
        }
        #expect(taken(&line) == ["a1", "b1", "c1", "a2", "b2", "a3"])
    }

    @Test func `who asks without end is followed by whoever comes`() {
        var line = FairLine<String, String>(limit: 8)
        for number in 0..<8 { _ = line.add("flood \(number)", of: "flood") }
        for number in 8..<100 {
            _ = line.next()
            _ = line.add("flood \(number)", of: "flood")
        }
        guard case .displaces("flood 99") = line.add("own", of: "own") else {
            return #expect(Bool(false), "it does not displace the latest of the flood")
        }
        #expect(line.next() == "own")
    }

    @Test func `a full line refuses who would have as much as those in it`() {
        var line = FairLine<Int, Int>(limit: 4)
        for owner in 0..<4 { _ = line.add(owner, of: owner) }
        for owner in [0, 9] {
            guard case .refused = line.add(-1, of: owner) else {
                return #expect(Bool(false), "\(owner) is let in")
            }
        }
        #expect((0..<5).map { _ in line.next() } == [0, 1, 2, 3, nil])
    }

    @Test func `a line that was emptied is as new`() {
        var line = FairLine<String, String>(limit: 4)
        for number in 0..<4 { _ = line.add("a\(number)", of: "a") }
        _ = taken(&line)
        _ = line.add("a", of: "a")
        _ = line.add("b", of: "b")
        #expect(taken(&line) == ["a", "b"])
        #expect(line.next() == nil)
    }
}
