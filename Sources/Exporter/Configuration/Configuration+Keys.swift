extension Configuration {
    /// Reads every app's key. Throws a line for each that cannot be read.
    func readKeys(environment: [String: String]) throws(LoadError) {
        var lines: [String] = []
        for app in apps {
            do throws(KeyError) {
                _ = try app.keySource.read(environment: environment)
            } catch {
                lines.append("app \(app.displayName): \(error)")
            }
        }
        guard lines.isEmpty else { throw LoadError(lines: lines) }
    }

    /// The same for numbers that live in memory only: those begin with each start, and must not count the same past again with
    /// each of them.
    package var countingFromNow: Configuration {
        var configuration = self
        for index in apps.indices { configuration.apps[index].collection.lookback = .zero }
        return configuration
    }
}
