import Platform

/// The memory that long answers take together, over all transfers of the process: many apps of one server may be answered at
/// the same time, and each answer alone may be as long as its request allows.
///
/// When they go beyond the limit, the longest of those on their way is given up: one that is as long as Dify's may be gets
/// through beside others that are not. Answers of the usual length are not counted.
final class LongAnswers: Sendable {
    /// For production. It leaves room for a few long ones beside one of the greatest length.
    static let shared = LongAnswers(limit: 40 << 20)

    /// Bytes together.
    let limit: Int
    private let state = Locked(State())

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var bytes = 0
        var nextID: UInt64 = 0
    }

    private struct Entry {
        var bytes = 0
        /// On its way: it may still be given up.
        var isComing = true
        let giveUp: @Sendable () -> Void
    }

    init(limit: Int) {
        self.limit = limit
    }

    /// An answer's part of the memory. It ends with the last reference to it.
    final class Share: Sendable {
        private let answers: LongAnswers
        private let id: UInt64

        fileprivate init(_ answers: LongAnswers, _ id: UInt64) {
            (self.answers, self.id) = (answers, id)
        }

        deinit { answers.remove(id) }

        /// The answer takes so many bytes now.
        func grow(to bytes: Int) { answers.grow(id, to: bytes) }

        /// The answer is here, or given up: nothing is done about it any more. False where it was given up before.
        func arrive() -> Bool { answers.arrive(id) }
    }

    /// A share for an answer that comes. `giveUp` is called once at most, on any thread, and must not wait.
    func share(giveUp: @escaping @Sendable () -> Void) -> Share {
        state.withLock { state in
            state.nextID += 1
            state.entries[state.nextID] = Entry(giveUp: giveUp)
            return Share(self, state.nextID)
        }
    }

    private func grow(_ id: UInt64, to bytes: Int) {
        state.withLock { state in
            guard let entry = state.entries[id], entry.isComing else { return }
            state.entries[id]?.bytes = bytes
            state.bytes += bytes - entry.bytes
            while state.bytes > limit,
                let longest = state.entries.filter(\.value.isComing).max(by: { $0.value.bytes < $1.value.bytes })
            {
                state.entries[longest.key] = nil
                state.bytes -= longest.value.bytes
                // Under the lock, so that it cannot come after `arrive`, when the transfer may be another's.
                longest.value.giveUp()
            }
        }
    }

    private func arrive(_ id: UInt64) -> Bool {
        state.withLock { state in
            state.entries[id]?.isComing = false
            return state.entries[id] != nil
        }
    }

    private func remove(_ id: UInt64) {
        state.withLock { state in
            state.bytes -= state.entries.removeValue(forKey: id)?.bytes ?? 0
        }
    }
}
