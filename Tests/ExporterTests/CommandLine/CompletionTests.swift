import Foundation
import TestSupport
import Testing

@testable import Exporter

@Suite(.serialized) struct CompletionTests {
    @Test(arguments: Completion.allCases) func `every command and flag can be completed`(shell: Completion) {
        for command in Command.allCases {
            for word in command.rawValue.split(separator: " ") { #expect(shell.script.contains(word)) }
            for option in command.options {
                #expect(shell.script.contains(shell == .fish ? "-l \(option.name) " : "--\(option.name)="))
            }
        }
    }

    @Test func `the manual page names every command and flag with its variable`() {
        for command in Command.allCases {
            #expect(Manual.page.contains(".SS \(command.usage.replacing("-", with: "\\-"))\n"))
            for option in command.options {
                #expect(Manual.page.contains(option.environmentName))
                #expect(Manual.page.contains("\\-\\-\(option.name.replacing("-", with: "\\-"))="))
            }
        }
        #expect(!Manual.page.split(separator: "\n").contains { $0.hasPrefix("'") })
    }

    /// What bash offers for a command line that ends with the last of the words.
    private func offered(_ words: [String]) async throws -> Set<String> {
        let script = FileManager.default.temporaryDirectory.appending(path: "dify-exporter-\(UUID()).bash").path
        defer { try? FileManager.default.removeItem(atPath: script) }
        let quoted = words.map { "'\($0)'" }.joined(separator: " ")
        try
            (Completion.bash.script
                + """
                compopt() { :; }
                COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count - 1)
                _dify_exporter
                printf '%s\\n' "${COMPREPLY[@]}"
                """).write(toFile: script, atomically: true, encoding: .utf8)
        let process = try ChildProcess("/bin/bash", [script])
        let lines = try await process.text().split(separator: "\n").map(String.init)
        #expect(try await process.ended() == .exited(0))
        return Set(lines)
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/bash")))
    func `bash offers commands, flags and their values`() async throws {
        #expect(try await offered(["dify-exporter", "che"]) == ["check"])
        #expect(try await offered(["dify-exporter", "config", ""]) == ["init", "show"])
        #expect(try await offered(["dify-exporter", "completion", "z"]) == ["zsh"])
        #expect(try await offered(["dify-exporter", "help", "he"]) == ["healthcheck"])
        #expect(try await offered(["dify-exporter", "--log.l"]) == ["--log.level="])
        #expect(try await offered(["dify-exporter", "serve", "--log.level", "=", "d"]) == ["debug"])
        #expect(try await offered(["dify-exporter", "serve", "--log.format", "="]) == ["logfmt", "json"])
        #expect(try await offered(["dify-exporter", "config", "show", "--sh"]) == ["--shard="])
        #expect(try await offered(["dify-exporter", "check", "--shard"]).isEmpty)
    }
}
