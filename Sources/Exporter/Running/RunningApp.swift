import LogCollection

/// One app that is being collected, with all that belongs to it alone.
struct RunningApp: Sendable {
    let configuration: AppConfiguration
    let source: AppSource
    let collection: AppCollection
    /// Nil for numbers in memory only.
    let store: FileCheckpointStore?
    private var task: Task<Void, Never>?

    init(
        configuration: AppConfiguration, source: AppSource, collection: AppCollection, store: FileCheckpointStore?
    ) {
        self.configuration = configuration
        self.source = source
        self.collection = collection
        self.store = store
    }

    /// Begins to collect; once started, it does nothing.
    mutating func start() {
        guard task == nil else { return }
        task = Task { [collection] in await collection.run() }
    }

    /// Lets the collection come to its end, which `ended` waits for.
    func cancel() {
        task?.cancel()
    }

    /// Waits until the last checkpoint is written and the app's storage is free for others, and gives what is left.
    func ended() async -> AppMachine.Handover {
        await task?.value
        await store?.close()
        return await collection.handover
    }
}
