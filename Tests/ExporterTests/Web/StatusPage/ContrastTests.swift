import Foundation
import Testing

@testable import Exporter

/// Text and plots can be told from what they lie on (WCAG 2.2, 1.4.3 and 1.4.11), in both schemes.
@Suite struct ContrastTests {
    private static let schemes = [("light", StatusColors.light), ("dark", StatusColors.dark)]

    private func luminance(_ color: StatusColors.RGB) -> Double {
        func linear(_ shift: UInt32) -> Double {
            let share = Double(color.bits >> shift & 0xff) / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0)
    }

    private func contrast(_ left: StatusColors.RGB, _ right: StatusColors.RGB) -> Double {
        let (low, high) = (min(luminance(left), luminance(right)), max(luminance(left), luminance(right)))
        return (high + 0.05) / (low + 0.05)
    }

    @Test func `the formula is that of the guidelines`() {
        #expect(abs(contrast(0x000000, 0xffffff) - 21) < 1e-9)
        #expect(abs(contrast(0x777777, 0xffffff) - 4.478) < 0.001)
        #expect(contrast(0x123456, 0x123456) == 1)
    }

    @Test(arguments: 0...1) func `every text and every mark stands out from every background`(scheme: Int) {
        let (name, colors) = Self.schemes[scheme]
        for background in colors.backgrounds {
            for (kind, least) in [(colors.texts, 4.5), (colors.marks, 3)] {
                for item in kind {
                    let found = contrast(item.color, background.color)
                    #expect(found >= least, "\(item.name) on \(background.name), \(name): \(found)")
                }
            }
        }
    }

    @Test func `both schemes name the same colours once`() {
        func names(_ colors: StatusColors) -> [String] {
            (colors.backgrounds + colors.texts + colors.marks + colors.ornaments).map(\.name)
        }
        #expect(names(.light) == names(.dark))
        #expect(Set(names(.light)).count == names(.light).count)
    }

    /// The test above means something only while the style sheet uses each colour for what it is named for.
    @Test func `the style sheet uses each colour for its purpose`() {
        let style = StatusStyle.css
        for match in style.matches(of: /#[0-9a-fA-F]{3,8}\b/) {
            #expect(
                style[..<match.range.lowerBound].suffix(14).contains(/--[a-z0-9]+:$/), "\(match.output) has no name")
        }
        func names(_ list: [(name: String, color: StatusColors.RGB)]) -> Set<String> { Set(list.map(\.name)) }
        let colors = StatusColors.light
        let (texts, marks) = (names(colors.texts), names(colors.marks))
        let (grounds, ornaments) = (names(colors.backgrounds), names(colors.ornaments))
        var used: Set<String> = []
        for match in style.matches(of: /([a-z-]+):([^;{}]*)var\(--([a-z0-9]+)\)/) {
            let (property, name) = (String(match.output.1), String(match.output.3))
            used.insert(name)
            let expected =
                switch property {
                case "color": texts
                case "background": grounds.union(marks)
                case "fill", "stroke": marks
                case "outline": texts
                default: texts.union(marks).union(ornaments)
                }
            #expect(expected.contains(name), "\(property) of \(name)")
        }
        #expect(used == texts.union(marks).union(grounds).union(ornaments))
    }

    @Test func `a colour is written with six digits`() {
        #expect(StatusColors.RGB(integerLiteral: 0x00a0).css == "#0000a0")
        #expect(StatusColors.RGB(integerLiteral: 0xffffff).css == "#ffffff")
    }
}
