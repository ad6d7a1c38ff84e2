/// What a client's Accept-Encoding header says about gzip.
package enum AcceptEncoding {
    /// Whether an answer may be compressed: gzip (or `*`) is named, not refused, and liked no less than a plain answer.
    ///
    /// Without the header nothing is compressed, though RFC 9110 would allow it: such clients are curl and its like.
    package static func allowsGzip(_ header: String?) -> Bool {
        guard let header else { return false }
        let elements = WeightedElement.list(header)
        func weight(_ names: String...) -> Int? {
            elements.first { names.contains(String($0.name)) }?.weight
        }
        guard let gzip = weight("gzip", "x-gzip") ?? weight("*"), gzip > 0 else { return false }
        return gzip >= weight("identity") ?? 0
    }
}
