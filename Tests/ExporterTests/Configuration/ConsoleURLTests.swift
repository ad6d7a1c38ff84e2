import Metrics
import Testing

@testable import Exporter

@Suite struct ConsoleURLTests {
    private func problem(_ text: String) -> String? {
        do throws(ConsoleURL.Problem) {
            _ = try ConsoleURL(text)
            return nil
        } catch {
            return error.description
        }
    }

    @Test(arguments: [
        ("https://cloud.dify.ai/app/1f0c-4/logs", "https://cloud.dify.ai/app/1f0c-4/logs"),
        ("HTTP://Dify.Internal:8080/app/A/logs", "http://dify.internal:8080/app/A/logs"),
        ("https://[::1]:3000/app/a%20b/logs/", "https://[::1]:3000/app/a%20b/logs/"), ("http://dify", "http://dify"),
    ]) func `an address of a page is taken`(text: String, expected: String) throws {
        #expect(try ConsoleURL(text).description == expected)
    }

    @Test(arguments: [
        "", "javascript:alert(1)", "javascript://dify/%0aalert(1)", "data:text/html,x", "file:///etc/passwd",
        "//dify/app",
        "dify.example/app/1/logs", " https://dify/app", "vbscript://x", "https", "://dify",
    ]) func `any other scheme is refused`(text: String) {
        #expect(
            problem(text) == "a console URL begins with http:// or https://, as in https://cloud.dify.ai/app/ID/logs")
    }

    @Test(arguments: [
        "https://user:hunter2@dify/app", "https://hunter2@dify/app", "https://dify/app?token=hunter2",
        "https://dify/app#hunter2", "https://dify/hunter2 x", "https://dify/hunter2\"><script>",
        "https://dify/hunter2\n",
        "https://dify/hunter2\u{202e}", "https://dify/hunter2%2", "https://dify/hunter2%zz",
        "https://dify/hunter2`{}|\\^",
        "https:///hunter2", "https://dify:hunter2/app", "https://dify:0/hunter2", "https://hunter2<b>/app",
        "https://dify/" + String(repeating: "hunter2", count: 200),
    ]) func `credentials, queries, fragments and odd characters are refused without repeating them`(text: String) throws
    {
        let said = try #require(problem(text))
        #expect(!said.contains("hunter2"))
    }

    private func messages(_ app: String) -> [String] {
        do {
            _ = try Configuration.read(Array("{\"apps\": [\(app)]}".utf8))
            return []
        } catch {
            return error.problems.map { $0.line(file: "f") }
        }
    }

    @Test func `an app has it by its key in the configuration, and none without`() throws {
        let text = """
            {"apps": [{"name": "a", "api_key": "app-x", "console_url": "https://dify/app/1/logs"}, {"name": "b", "api_key": "app-y"}]}
            """
        let apps = try Configuration.read(Array(text.utf8)).apps
        #expect(apps.map { $0.consoleURL?.description } == ["https://dify/app/1/logs", nil])
    }

    @Test func `a mistake is named with its place, and no label may have its name`() {
        #expect(
            messages(#"{"name": "a", "api_key": "app-x", "console_url": "javascript:alert(1)"}"#) == [
                "f:1:60: apps[0].console_url: a console URL begins with http:// or https://, as in "
                    + "https://cloud.dify.ai/app/ID/logs"
            ])
        #expect(
            messages(#"{"name": "a", "api_key": "app-x", "labels": {"console_url": "x"}}"#) == [
                "f:1:71: apps[0].labels.console_url: this label's name is taken; choose another"
            ])
    }
}
