import Testing

@testable import Metrics

@Suite struct PageVocabularyTests {
    private static let heads = ["a_total{", "b_bucket{", "b_bucket{"].map { Array($0.utf8)[...] }
    private static let rests = ["} ", ",le=\"1\"} ", ",le=\"2\"} "].map { Array($0.utf8)[...] }

    /// The number of one of three beginnings.
    private func number(_ place: Int, after previous: UInt16?, in vocabulary: inout PageVocabulary) -> UInt16? {
        vocabulary.number(ofHead: Self.heads[place], after: Self.rests[place], following: previous)
    }

    @Test func `a beginning has one number, whatever line came before it`() {
        var vocabulary = PageVocabulary()
        let numbers = (0..<3).map { number($0, after: nil, in: &vocabulary) }
        #expect(Set(numbers).count == 3)
        for _ in 0..<2 {
            for previous in [nil] + numbers {
                for place in 0..<3 { #expect(number(place, after: previous, in: &vocabulary) == numbers[place]) }
            }
        }
        vocabulary.withHeads { known in
            for (place, number) in numbers.enumerated() {
                guard let number else { continue }
                #expect(known[number].before.elementsEqual(Self.heads[place]))
                #expect(known[number].after.elementsEqual(Self.rests[place]))
            }
        }
    }

    @Test func `beginnings beyond the limit have no number, and those before keep theirs`() {
        var vocabulary = PageVocabulary()
        var previous: UInt16?
        for place in 0..<PageVocabulary.headLimit {
            let head = Array("metric_\(place){".utf8)
            previous = vocabulary.number(ofHead: head[...], after: Self.rests[0], following: previous)
            #expect(previous == UInt16(place))
        }
        #expect(number(0, after: previous, in: &vocabulary) == nil)
        let first = vocabulary.number(ofHead: Array("metric_0{".utf8)[...], after: Self.rests[0], following: previous)
        #expect(first == 0)
    }
}
