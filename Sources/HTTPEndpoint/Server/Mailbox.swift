import Platform

/// Where tasks leave what the poll thread is to do, and wake it if it sleeps.
final class Mailbox: Sendable {
    enum Message: Sendable {
        case answer(HTTPResponse, to: ConnectionID)
        case secure(TLSContext)
        case stop
    }

    private struct Content {
        var messages: [Message] = []
        var isOwnerAsleep = false
    }

    let wakePipe: WakePipe
    private let content = Locked(Content())

    init() throws(SystemError) {
        wakePipe = try WakePipe()
    }

    func post(_ message: Message) {
        let mustRing = content.withLock { content in
            content.messages.append(message)
            defer { content.isOwnerAsleep = false }
            return content.isOwnerAsleep
        }
        if mustRing { wakePipe.ring() }
    }

    /// What has been left. Where that is nothing, the owner counts as asleep from here on: the next message rings.
    func collect() -> [Message] {
        content.withLock { content in
            defer { content.messages = [] }
            content.isOwnerAsleep = content.messages.isEmpty
            return content.messages
        }
    }
}
