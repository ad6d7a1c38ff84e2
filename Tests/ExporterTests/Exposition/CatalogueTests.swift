import Metrics
import Testing

@testable import Exporter

@Suite struct CatalogueTests {
    @Test func `names follow the conventions`() {
        for metric in Catalogue.all {
            #expect(metric.name.wholeMatch(of: /(dify|process)_[a-z_]+/) != nil, "\(metric.name)")
            #expect((metric.type == .counter) == metric.name.hasSuffix("_total"), "\(metric.name)")
            for reserved in ["_count", "_sum", "_bucket", "_created"] { #expect(!metric.name.hasSuffix(reserved)) }
            #expect(metric.help.hasSuffix("."), "\(metric.name)")
            for label in metric.labels {
                #expect(!["le", "quantile", "job", "instance"].contains(label))
            }
        }
    }

    @Test func `every name stands once`() {
        #expect(Set(Catalogue.all.map(\.name)).count == Catalogue.all.count)
    }
}
