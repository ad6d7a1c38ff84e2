import Platform

/// A thread of the operating system that is not waited for: for work that blocks and so must not sit on one of Swift's
/// own threads.
enum DetachedThread {
    /// Runs the body on a new thread. Traps where the system gives none: then nothing can be served at all.
    static func start(_ body: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        #if canImport(Glibc)
            var thread = pthread_t()
        #else
            var thread: pthread_t?
        #endif
        let argument = Unmanaged.passRetained(Body(run: body)).toOpaque()
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                let body: UnsafeMutableRawPointer? = argument
                Unmanaged<Body>.fromOpaque(body!).takeRetainedValue().run()
                return nil
            }, argument)
        pthread_attr_destroy(&attributes)
        precondition(code == 0, "the system gives no further thread (error \(code))")
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }
}
