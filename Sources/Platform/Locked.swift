/// A value that several threads share, one at a time.
///
/// `@unchecked Sendable`: `value` is reached through `withLock` only, and the mutex lives at one address from `init` to
/// `deinit`. A pthread mutex and not `Synchronization.Mutex`, since the thread sanitizer cannot see into the latter and
/// reports every use as a race.
package final class Locked<Value: Sendable>: @unchecked Sendable {
    private var value: Value
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    package init(_ value: Value) {
        self.value = value
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    package func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&value)
    }
}
