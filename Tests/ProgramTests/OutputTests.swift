import TestSupport
import Testing

@Suite struct OutputTests {
    @Test(arguments: ["--version", "help collect", "manual"])
    func `what standard output does not take is a failure`(arguments: String) async throws {
        let process = try ChildProcess("/bin/sh", ["-c", "exec '\(try Program.path)' \(arguments) > /dev/full"])
        #expect(try await process.ended() == .exited(1))
    }

    @Test func `a reader that wants no more is no failure where its signal is ignored`() async throws {
        let process = try ChildProcess(
            "/bin/sh", ["-c", "trap '' PIPE; { '\(try Program.path)' manual; echo $? >&3; } 3>&2 | true"])
        #expect(try await process.line { _ in true } == "0")
    }
}
