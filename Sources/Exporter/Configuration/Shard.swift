import Bytes
import DifyAPI

/// One of several exporters that share the apps of one configuration among them.
///
/// Each app goes to the shard for which its name has the highest weight (rendezvous hashing), so every exporter finds the
/// same answer by itself, and where one shard more joins N others, it takes 1 of N + 1 apps and the rest stay where they are.
package struct Shard: Hashable, Sendable, CustomStringConvertible {
    /// From 0 up to but not including `count`, as Kubernetes numbers the pods of a StatefulSet.
    package let index: Int
    /// From 1 to 1,000.
    package let count: Int

    /// Reads `I/N`, such as `0/3`. Nil for anything else, and for a shard that is not among those from 0 to N-1.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let index = Int(parts[0]), let count = Int(parts[1]), (1...1000).contains(count),
            (0..<count).contains(index)
        else { return nil }
        (self.index, self.count) = (index, count)
    }

    package var description: String { "\(index)/\(count)" }

    /// Whether the app of that name is this shard's.
    package func owns(_ app: String) -> Bool {
        let weight = Self.weight(of: app, index)
        // Of two equal weights the lower index wins, so that exactly one shard does.
        return (0..<count).allSatisfy { other in
            let others = Self.weight(of: app, other)
            return other == index || others < weight || (others == weight && other > index)
        }
    }

    /// FNV-1a over the name, stirred with the index: the same on every machine and in every version.
    private static func weight(of app: String, _ index: Int) -> UInt64 {
        var hash = FNV1a.hash64(app.utf8)
        // FNV's high bits depend little on what came last. The finaliser of SplitMix64 lets every bit count.
        hash = hash &+ UInt64(index + 1) &* 0x9e37_79b9_7f4a_7c15
        hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
        return hash ^ (hash >> 31)
    }
}

extension Configuration {
    /// The same with the apps of one shard only; all of them where there is no shard. The shard has as much of a base URL's
    /// budget as it has of its apps, so that all shards together keep to it.
    package func limited(to shard: Shard?) -> Configuration {
        guard let shard else { return self }
        var configuration = self
        configuration.apps.removeAll { !shard.owns($0.displayName) }
        configuration.shard = shard
        let all = Dictionary(apps.map { ($0.baseURL, 1.0) }, uniquingKeysWith: +)
        let own = Dictionary(configuration.apps.map { ($0.baseURL, 1.0) }, uniquingKeysWith: +)
        configuration.shares = own.reduce(into: [:]) { shares, entry in
            shares[entry.key] = entry.value / (all[entry.key] ?? entry.value)
        }
        return configuration
    }

    /// What this exporter may ask of a base URL. One request in flight is the least that it can do with, also where its
    /// share is smaller.
    func budget(of baseURL: BaseURL) -> RequestBudget.Limits {
        let share = shares[baseURL] ?? 1
        return .init(
            inFlight: max(1, Int(Double(requestsInFlight) * share)), perSecond: requestsPerSecond * share,
            backgroundShare: catchUpShare * share)
    }
}
