/// A thread of the operating system that is not waited for: for work that blocks and so must not sit on one of Swift's
/// own threads.
package enum DetachedThread {
    /// Runs the body on a new thread; throws where the system gives none.
    package static func start(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        #if canImport(Glibc)
            var thread = pthread_t()
        #else
            var thread: pthread_t?
        #endif
        let argument = Unmanaged.passRetained(Body(run: body))
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                let body: UnsafeMutableRawPointer? = argument
                Unmanaged<Body>.fromOpaque(body!).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            throw SystemError(code: code)
        }
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }
}
