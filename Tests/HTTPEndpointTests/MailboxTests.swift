import Testing

@testable import HTTPEndpoint

struct MailboxTests {
    private func answer(_ text: String) -> Mailbox.Message {
        .answer(.text(200, text), to: ConnectionID(slot: 0, serial: 1))
    }

    private func texts(_ messages: [Mailbox.Message]) -> [String] {
        messages.map {
            if case .answer(let response, _) = $0 { String(decoding: response.body, as: UTF8.self) } else { "stop" }
        }
    }

    @Test func `messages are collected once and in order`() throws {
        let mailbox = try Mailbox()
        mailbox.post(answer("a"))
        mailbox.post(.stop)
        #expect(texts(mailbox.collect()) == ["a", "stop"])
        #expect(texts(mailbox.collect()) == [])
    }

    @Test func `only an owner that sleeps is woken, and only once`() throws {
        let mailbox = try Mailbox()
        mailbox.post(answer("awake"))
        #expect(!isReadable(mailbox.wakePipe.readEnd))
        _ = mailbox.collect()
        mailbox.post(answer("still awake"))
        #expect(!isReadable(mailbox.wakePipe.readEnd))
        _ = mailbox.collect()
        _ = mailbox.collect()
        mailbox.post(answer("asleep"))
        #expect(isReadable(mailbox.wakePipe.readEnd))
        mailbox.wakePipe.quieten()
        mailbox.post(answer("woken before"))
        #expect(!isReadable(mailbox.wakePipe.readEnd))
    }
}
