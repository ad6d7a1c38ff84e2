/// A pattern as steps to take over a text: a nondeterministic automaton in Thompson's form.
///
/// All ways through the steps are followed at once, byte by byte, and each step is taken at most once for each byte. So time is
/// bounded by the length of the text times the number of steps, and memory by the number of steps, whatever both are.
struct PatternProgram: Sendable {
    /// The last one is `.found`.
    let steps: [Step]

    enum Step: Sendable {
        /// Reads a byte of the set, and goes on to the next step.
        case read(ByteSet)
        /// Goes on to the next step if this is such a place.
        case expect(Place)
        /// Goes on both to the next step and to the one at this distance.
        case fork(Int)
        /// Goes on to the step at this distance.
        case jump(Int)
        case found
    }

    /// A place between two bytes, before the first or behind the last.
    enum Place: Sendable {
        case textStart, textEnd, wordStart, wordEnd
    }

    /// Whether the pattern occurs anywhere in a text. A zero byte counts as a space.
    func occurs(in text: [UInt8]) -> Bool {
        // Where to go on at this place, and where at the next one.
        var pending: [Int] = []
        var arrivals: [Int] = []
        // The place at which each step was last taken.
        var lastTaken = [Int](repeating: -1, count: steps.count)
        for place in 0...text.count {
            let byte = place < text.count ? (text[place] == 0 ? 0x20 : text[place]) : nil
            swap(&pending, &arrivals)
            pending.append(0)
            while var index = pending.popLast() {
                // Along the steps up to one that reads, or that has been taken here.
                walk: while lastTaken[index] != place {
                    lastTaken[index] = place
                    switch steps[index] {
                    case .read(let set):
                        if let byte, set.contains(byte) { arrivals.append(index + 1) }
                        break walk
                    case .expect(let kind):
                        guard Self.is(kind, place, of: text) else { break walk }
                        index += 1
                    case .fork(let distance):
                        pending.append(index + distance)
                        index += 1
                    case .jump(let distance):
                        index += distance
                    case .found:
                        return true
                    }
                }
            }
        }
        return false
    }

    private static func `is`(_ kind: Place, _ place: Int, of text: [UInt8]) -> Bool {
        let followsWord = place > 0 && isWord(text[place - 1])
        let precedesWord = place < text.count && isWord(text[place])
        return switch kind {
        case .textStart: place == 0
        case .textEnd: place == text.count
        case .wordStart: !followsWord && precedesWord
        case .wordEnd: followsWord && !precedesWord
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
