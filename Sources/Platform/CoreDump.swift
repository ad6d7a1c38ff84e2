/// What the system writes of a process that crashes.
package enum CoreDump {
    /// Asks for none, of this process and those that it starts: the memory holds keys.
    package static func forbid() {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        #if canImport(Glibc)
            _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        #else
            _ = setrlimit(RLIMIT_CORE, &limit)
        #endif
    }
}
