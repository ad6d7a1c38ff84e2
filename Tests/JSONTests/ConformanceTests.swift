import Foundation
import JSON
import Testing

/// JSONTestSuite's parsing cases, where they lie beside the project: y_ must be accepted, n_ refused, i_ may be either.
@Suite struct ConformanceTests {
    static let cases: [String] = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    static let folder = URL(filePath: #filePath).appending(path: "../../../../shared/json-test-suite").standardized.path

    @Test(.enabled(if: !cases.isEmpty, "JSONTestSuite does not lie beside the project"))
    func `every case gets its verdict`() throws {
        var accepted = 0
        var refused = 0
        for name in Self.cases where name.hasSuffix(".json") {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: Self.folder + "/" + name)))
            let isAccepted = (try? JSONDocument(bytes)) != nil
            var reader = try JSONReader(bytes)
            let isSkipped = (try? reader.skipValue()) != nil && (try? reader.finish()) != nil
            #expect(isAccepted == isSkipped, "\(name): reading and skipping differ")
            if name.hasPrefix("y_") {
                #expect(isAccepted, "\(name)")
                accepted += 1
            } else if name.hasPrefix("n_") {
                #expect(!isAccepted, "\(name)")
                refused += 1
            }
        }
        #expect(accepted > 90)
        #expect(refused > 180)
    }
}
