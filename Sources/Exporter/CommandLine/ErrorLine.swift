import Bytes

/// A line for standard error.
package enum ErrorLine {
    /// Without what steers a terminal, and without what looks like a key in the wrong place.
    package static func shown(_ line: String) -> String {
        PossibleKey.masked(line).escapingSteering
    }
}
