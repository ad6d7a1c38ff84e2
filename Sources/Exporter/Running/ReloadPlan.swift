/// What another configuration means for the apps that are being collected, by their names.
package struct ReloadPlan: Equatable, Sendable {
    /// The same in both: they go on untouched.
    var kept: [String] = []
    /// In both, with other settings: they go on from what they have.
    var changed: [String] = []
    var added: [String] = []
    var removed: [String] = []

    init(from old: [AppConfiguration], to new: [AppConfiguration]) {
        let before = Dictionary(old.map { ($0.displayName, $0) }) { first, _ in first }
        for app in new {
            switch before[app.displayName] {
            case nil: added.append(app.displayName)
            case app: kept.append(app.displayName)
            default: changed.append(app.displayName)
            }
        }
        let names = Set(new.map(\.displayName))
        removed = old.map(\.displayName).filter { !names.contains($0) }
    }

    var hasChanges: Bool { !(changed.isEmpty && added.isEmpty && removed.isEmpty) }

    /// For people, as in "3 apps: 1 unchanged, 1 changed, 1 added, 2 removed".
    package var description: String {
        let count = kept.count + changed.count + added.count
        return "\(count) \(count == 1 ? "app" : "apps"): \(kept.count) unchanged, \(changed.count) changed, "
            + "\(added.count) added, \(removed.count) removed"
    }

    /// The apps that changed, for the log: some names of each kind that there is.
    var names: [Logger.Field] {
        [("added", added), ("removed", removed), ("changed", changed)].compactMap { kind, names in
            names.isEmpty
                ? nil : (kind, names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : ""))
        }
    }
}
