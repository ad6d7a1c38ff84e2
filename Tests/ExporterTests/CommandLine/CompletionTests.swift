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

    /// What a shell says to commands that follow its script of this program's completion.
    private func said(by shell: String, _ completion: Completion, to commands: String) async throws -> String {
        let script = FileManager.default.temporaryDirectory.appending(path: "dify-exporter-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: script) }
        try completion.script.write(toFile: script, atomically: true, encoding: .utf8)
        let process = try ChildProcess(
            shell, ["-c", commands.replacing("SCRIPT", with: script)],
            environment: ["HOME": "/nonexistent", "PATH": "/usr/bin:/bin"])
        let text = try await process.text()
        #expect(try await process.ended() == .exited(0))
        return text
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/zsh")))
    func `zsh takes the script from a folder of functions, and where it is sourced`() async throws {
        let sourced = "autoload -U compinit; compinit -u -D; source SCRIPT; echo ${_comps[dify-exporter]}"
        #expect(try await said(by: "/usr/bin/zsh", .zsh, to: sourced) == "_dify_exporter\n")
        let found = """
            folder=$(mktemp -d) && cp SCRIPT $folder/_dify-exporter && fpath=($folder $fpath)
            autoload -U compinit; compinit -u -D; rm -r $folder; echo ${_comps[dify-exporter]}
            """
        #expect(try await said(by: "/usr/bin/zsh", .zsh, to: found) == "_dify-exporter\n")
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/fish")))
    func `fish offers commands, flags and their values`() async throws {
        func offered(_ line: String) async throws -> [Substring] {
            try await said(by: "/usr/bin/fish", .fish, to: "source SCRIPT; complete -C '\(line)'")
                .split(separator: "\n").map { $0.prefix { $0 != "\t" } }
        }
        #expect(try await offered("dify-exporter che") == ["check"])
        #expect(try await offered("dify-exporter config ") == ["init", "show"])
        #expect(try await offered("dify-exporter serve --log.format=") == ["--log.format=json", "--log.format=logfmt"])
        #expect(try await offered("dify-exporter config show --sh") == ["--shard"])
    }
}
