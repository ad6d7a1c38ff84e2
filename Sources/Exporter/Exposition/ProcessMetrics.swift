import CivilTime
import Metrics
import Platform

/// What the system says of this process, under the names that Prometheus' client libraries use.
///
/// It comes from Linux's /proc; what cannot be read there, as on other systems, is left out. Source: proc(5), and
/// prometheus/docs `writing_clientlibs.md`, "Process metrics".
enum ProcessMetrics {
    /// When the process started; where the system does not tell, when this was first asked.
    static let startTime: UnixTime = {
        guard let stat = text("/proc/self/stat").flatMap(ProcessStat.init),
            let bootTime = text("/proc/stat").flatMap(bootTime)
        else { return .now }
        return bootTime + .milliseconds(Int64(stat.startedAfterBoot * 1000))
    }()

    static var families: [Family] {
        var families = [gauge(Catalogue.processStartTime, startTime.secondsValue)]
        if let stat = text("/proc/self/stat").flatMap(ProcessStat.init) {
            var processor = Family(Catalogue.processCPU)
            processor.add([], stat.processorSeconds, startTime: startTime.milliseconds)
            families += [
                processor, gauge(Catalogue.processThreads, stat.threads),
                gauge(Catalogue.processVirtualMemory, stat.virtualBytes),
                gauge(Catalogue.processResidentMemory, stat.residentBytes),
            ]
        }
        let limits = text("/proc/self/limits") ?? ""
        if let limit = limit("Max open files", in: limits) {
            families.append(gauge(Catalogue.processOpenFilesLimit, limit))
        }
        if let limit = limit("Max address space", in: limits) {
            families.append(gauge(Catalogue.processVirtualMemoryLimit, limit))
        }
        if let count = openFiles() { families.append(gauge(Catalogue.processOpenFiles, Double(count))) }
        return families
    }

    /// The soft limit in a line of /proc/self/limits; nil for `unlimited`.
    static func limit(_ name: String, in text: String) -> Double? {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        return line.dropFirst(name.count).split(separator: " ").first.flatMap { Double($0) }
    }

    /// When the system was started, by the line `btime` of /proc/stat.
    static func bootTime(_ text: String) -> UnixTime? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Int64($0.dropFirst("btime ".count)) }.map { UnixTime(seconds: $0) }
    }

    private static func gauge(_ metric: Metric, _ value: Double) -> Family {
        Family(metric, [Series(labelValues: [], value: .number(value))])
    }

    private static func text(_ path: String) -> String? {
        (try? File.readNow(path, limit: 1 << 20)).map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    /// Without the one that is open while they are counted.
    private static func openFiles() -> Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var entries = 0
        while readdir(folder) != nil { entries += 1 }
        return max(0, entries - 3)
    }
}

/// The fields of /proc/self/stat that are published, in base units.
struct ProcessStat: Equatable {
    let processorSeconds: Double
    let threads: Double
    let virtualBytes: Double
    let residentBytes: Double
    /// Seconds.
    let startedAfterBoot: Double

    init?(_ text: String) {
        self.init(text, ticksPerSecond: sysconf(Int32(_SC_CLK_TCK)), pageSize: sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Nil where the text is no line of that file.
    init?(_ text: String, ticksPerSecond: Int, pageSize: Int) {
        // The program's name is the second field and may hold spaces and parentheses; the others are counted from its end.
        guard let nameEnd = text.lastIndex(of: ")"), ticksPerSecond > 0 else { return nil }
        let fields = text[nameEnd...].split(whereSeparator: \.isWhitespace)
        /// By the number that proc(5) gives to the field.
        func field(_ number: Int) -> Double? {
            number - 2 < fields.count ? Double(fields[number - 2]) : nil
        }
        guard let user = field(14), let system = field(15), let threads = field(20), let started = field(22),
            let virtualBytes = field(23), let residentPages = field(24)
        else { return nil }
        processorSeconds = (user + system) / Double(ticksPerSecond)
        self.threads = threads
        self.virtualBytes = virtualBytes
        residentBytes = residentPages * Double(pageSize)
        startedAfterBoot = started / Double(ticksPerSecond)
    }
}
