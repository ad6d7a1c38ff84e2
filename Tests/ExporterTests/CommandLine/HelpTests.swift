import Foundation
import Testing

@testable import Exporter

@Suite struct HelpTests {
    @Test func `every help text fits a terminal of 80 columns`() {
        for command in Command.allCases.map(Optional.some) + [nil] {
            for line in Help.text(for: command).split(separator: "\n") {
                #expect(line.count <= 80, "\(line)")
            }
        }
    }

    @Test func `texts break between words, and begin each line at the column`() {
        let text = String(repeating: "word ", count: 40).wrapped(within: 6)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("      word") && $0.count <= 80 })
        #expect(lines[0].count <= 74)
        let long = String(repeating: "x", count: 100)
        #expect("a \(long) b".wrapped(within: 2) == "a\n  \(long)\n  b")
    }

    @Test func `commands of two words are understood, and missing words named`() throws {
        #expect(try Invocation(arguments: ["help", "config", "show"], environment: [:]) == .help(.configShow))
        guard
            case .run(.configInit, let options) = try Invocation(
                arguments: ["config", "init", "--output=x"], environment: [:])
        else {
            Issue.record("not config init")
            return
        }
        #expect(options[.newFile] == "x")
        for arguments in [["config"], ["config", "edit"]] {
            let error = #expect(throws: UsageError.self) { try Invocation(arguments: arguments, environment: [:]) }
            #expect(error?.description == "config needs another word: config init or config show")
        }
    }
}
