import Foundation
import Testing

@testable import Exporter

@Suite struct PlotTests {
    /// The bars of a class: the step of each, its top and its height.
    private func bars(_ plot: Plot, _ style: String) -> [[Int]] {
        let paths = plot.content.matches(of: /<path class="([^"]*)" d="([^"]*)"/)
        let data = paths.first { $0.output.1 == style }?.output.2 ?? ""
        return data.matches(of: /M(\d+)1 (\d+)h8v(\d+)h-8z/).map { match in
            [match.output.1, match.output.2, match.output.3].compactMap { Int($0) }
        }
    }

    @Test func `failed runs hang below the line and all others stand above it`() throws {
        let hour = try #require(
            SampleApps.hour(
                (0, .succeeded, 1), (0, .succeeded, 1), (0, .failed, 1), (10, .stopped, 1), (10, .partialSucceeded, 1)))
        let plot = Plot.runs(of: "a", hour)
        let line = try #require(
            plot.content.firstMatch(of: /class="axis" d="M0 (\d+)h300"/).flatMap { Int($0.output.1) })
        let succeeded = try #require(bars(plot, "succeeded").first)
        #expect(succeeded[0] == 29 && succeeded[1] + succeeded[2] == line)
        let failed = try #require(bars(plot, "failed").first)
        #expect(failed[0] == 29 && failed[1] == line && failed[1] + failed[2] <= Plot.height)
        #expect(abs(succeeded[2] - 2 * failed[2]) <= 1)
        let partial = try #require(bars(plot, "partial-succeeded").first)
        let stopped = try #require(bars(plot, "stopped").first)
        #expect(partial[0] == 24 && partial[1] + partial[2] == line)
        #expect(stopped[1] + stopped[2] == partial[1] && stopped[1] >= 0)
    }

    @Test func `one run among thousands is seen`() {
        #expect(Plot.length(1, of: 5004, along: 80) == Plot.least)
        #expect(Plot.length(0, of: 5004, along: 80) == 0)
        #expect(Plot.length(5004, of: 5004, along: 80) == 80)
    }

    @Test func `the failure ratio has a scale that fits and a line where there were runs`() throws {
        let hour = try #require(
            SampleApps.hour((0, .failed, 1), (0, .succeeded, 1), (0, .succeeded, 1), (20, .succeeded, 1)))
        let plot = Plot.failureRatio(of: "a", hour)
        #expect(plot.top == "to 50 %")
        #expect(bars(plot, "failed") == [[29, 33, 67]])
        #expect(plot.content.contains("class=\"axis\" d=\"M190 100h10M290 100h10\""))
        #expect(plot.label == "a, share of runs that failed in the last hour: 25 %, at most 33 % in 2 minutes")
    }

    @Test func `lines of durations are interrupted where no run succeeded`() throws {
        let hour = try #require(
            SampleApps.hour((0, .succeeded, 10), (2, .succeeded, 10), (6, .succeeded, 10), (4, .failed, 99)))
        let plot = Plot.durations(of: "a", hour)
        #expect(plot.top == "to 20 s" || plot.top == "to 10 s")
        let median = try #require(plot.content.firstMatch(of: /class="line median" d="([^"]*)"/)?.output.1)
        #expect(median.wholeMatch(of: /M260 \d+h10M280 \d+h10V\d+h10/) != nil)
        #expect(plot.content.contains("class=\"line p95\""))
    }

    @Test func `an hour without a success has no line and says so`() throws {
        let hour = try #require(SampleApps.hour((0, .failed, 10)))
        let plot = Plot.durations(of: "a", hour)
        #expect(!plot.content.contains("median"))
        #expect(plot.label == "a, durations of runs that succeeded in the last hour: no run succeeded")
    }

    @Test func `the name of the app is escaped in the label`() throws {
        let hour = try #require(SampleApps.hour((0, .succeeded, 1)))
        let svg = Plot.runs(of: "\"<b>&'", hour).svg(steps: 30)
        #expect(svg.contains("aria-label=\"&quot;&lt;b&gt;&amp;&#39;, runs that ended in the last hour: 1, "))
        #expect(svg.contains("viewBox=\"0 0 300 100\""))
    }

    @Test(arguments: [1e300, 8.9e307, .greatestFiniteMagnitude, .infinity, .nan, -.infinity])
    func `durations beyond every scale are drawn within the plot`(elapsed: Double) throws {
        let hour = try #require(SampleApps.hour((0, .succeeded, elapsed), (0, .succeeded, elapsed), (4, .succeeded, 1)))
        let plot = Plot.durations(of: "a", hour)
        #expect(!plot.content.contains("nan") && !plot.content.contains("inf"))
        for match in plot.content.matches(of: /[MV](?:\d+ )?(-?\d+)/) {
            #expect((0...Plot.height).contains(try #require(Int(match.output.1))))
        }
    }

    @Test(arguments: [.infinity, .nan, 1e308, 0] as [Double], [.infinity, .nan, 0, 1e-300] as [Double])
    func `a length is within its line, whatever is measured`(value: Double, whole: Double) {
        #expect((0...80).contains(Plot.length(value, of: whole, along: 80)))
    }
}
