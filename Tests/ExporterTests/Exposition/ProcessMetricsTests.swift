import CivilTime
import Metrics
import Testing

@testable import Exporter

@Suite struct ProcessMetricsTests {
    @Test func `a programs name cannot shift the fields`() throws {
        let text =
            "42 (a) (b) S) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 7 0 12345 1048576 25 18446744073709551615 1"
        let stat = try #require(ProcessStat(text, ticksPerSecond: 100, pageSize: 4096))
        #expect(stat.processorSeconds == 3)
        #expect(stat.threads == 7)
        #expect(stat.startedAfterBoot == 123.45)
        #expect(stat.virtualBytes == 1_048_576)
        #expect(stat.residentBytes == 102_400)
    }

    @Test(arguments: ["", "42 (a", "42 (a) S 1 2 3", ")"])
    func `a line of another kind tells nothing`(text: String) {
        #expect(ProcessStat(text, ticksPerSecond: 100, pageSize: 4096) == nil)
    }

    @Test func `limits are the soft ones`() {
        let text = """
            Limit                     Soft Limit           Hard Limit           Units
            Max open files            1024                 524288               files
            Max address space         unlimited            unlimited            bytes
            """
        #expect(ProcessMetrics.limit("Max open files", in: text) == 1024)
        #expect(ProcessMetrics.limit("Max address space", in: text) == nil)
        #expect(ProcessMetrics.limit("Max locked memory", in: text) == nil)
    }

    @Test func `the systems start is a line among others`() {
        let text = "cpu  1 2 3\nbtime 1700000000\nprocesses 9\n"
        #expect(ProcessMetrics.bootTime(text) == UnixTime(seconds: 1_700_000_000))
        #expect(ProcessMetrics.bootTime("cpu  1 2 3\n") == nil)
    }

    @Test func `nothing is written that was not read`() {
        for family in ProcessMetrics.families {
            #expect(family.series.count == 1)
            for case .number(let value) in family.series.map(\.value) { #expect(value > 0 && value.isFinite) }
        }
    }

    #if os(Linux)
        @Test func `this process started before now and not long ago`() {
            let age = UnixTime.now - ProcessMetrics.startTime
            #expect(age > .seconds(-2) && age < .seconds(86_400))
            #expect(ProcessMetrics.families.map(\.metric.name).contains("process_resident_memory_bytes"))
        }
    #endif
}
