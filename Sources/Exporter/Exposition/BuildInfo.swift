import CBuildInfo
import Metrics

/// What this program is.
package enum BuildInfo {
    package static let version = "0.1.0"

    /// The commit it was built from, given to the build as `-Xcc -DDIFY_EXPORTER_REVISION=…`.
    package static let revision = String(cString: dify_exporter_revision())

    package static let swiftVersion: String = {
        #if swift(>=6.4)
            "6.4 or later"
        #elseif swift(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }()

    package static var line: String {
        "dify-exporter \(version) (revision \(revision), Swift \(swiftVersion))"
    }

    static var family: Family {
        Family(
            Catalogue.buildInfo,
            [Series(labelValues: [version, revision, swiftVersion], value: .number(1))])
    }
}
