/// How many descriptors this process may have open (`RLIMIT_NOFILE`).
package enum OpenFileLimit {
    /// What nobody needs more of, where the system sets no limit.
    private static let most = 1 << 20

    /// Raises the limit as far as the system lets this process, and gives it.
    package static func raise() -> Int {
        guard var limit = current() else { return 256 }
        let wanted = min(limit.rlim_max, rlim_t(most))
        if limit.rlim_cur < wanted {
            let before = limit.rlim_cur
            limit.rlim_cur = wanted
            if !set(limit) { limit.rlim_cur = before }
        }
        return Int(min(limit.rlim_cur, rlim_t(most)))
    }

    private static func current() -> rlimit? {
        var limit = rlimit()
        #if canImport(Glibc)
            let code = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #else
            let code = getrlimit(RLIMIT_NOFILE, &limit)
        #endif
        return code == 0 ? limit : nil
    }

    private static func set(_ limit: rlimit) -> Bool {
        var limit = limit
        #if canImport(Glibc)
            return setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        #else
            return setrlimit(RLIMIT_NOFILE, &limit) == 0
        #endif
    }
}
