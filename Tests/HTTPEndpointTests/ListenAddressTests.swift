import Testing

@testable import HTTPEndpoint

struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:13439", "127.0.0.1", 13439), (":13439", "", 13439), ("[::1]:9", "::1", 9),
        ("localhost:9", "localhost", 9),
        ("[fe80::1%eth0]:80", "fe80::1%eth0", 80), ("my-host_1.example:65535", "my-host_1.example", 65535),
        (":0", "", 0),
    ])
    func `host and port are read and written back`(text: String, host: String, port: UInt16) throws {
        let address = try ListenAddress(text)
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", "13439", "localhost", "localhost:", ":65536", ":-1", ":+1", ": 1", "::1:9", "::1", "[::1]", "[::1]9",
        "[]:9",
        "[localhost]:9", "a b:9", "http://h:9", "h:9/metrics", "*:9", "[::1:9", "::1]:9", ":9\n", "h:٣",
    ])
    func `anything else is an error that names the text and what is expected`(text: String) {
        let error = #expect(throws: ListenAddressError.self) { try ListenAddress(text) }
        #expect(error?.description.contains("\"\(text)\"") == true)
        #expect(error?.description.contains("expected host:port") == true)
    }
}
