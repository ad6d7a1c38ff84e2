/// Numbers as Prometheus reads them.
enum FloatText {
    /// The shortest text that reads back as the same double; whole numbers without a fraction.
    static func sample(_ value: Double) -> String {
        if let special = special(value) { return special }
        // Up to 2^53 every whole double is that integer exactly.
        if value.magnitude <= 0x1p53, let integer = Int64(exactly: value), integer != 0 || value.sign == .plus {
            return String(integer)
        }
        return value.description
    }

    /// The canonical form that OpenMetrics 1.0 wants for `le`: `1.0`, `0.25`, `+Inf`. Text 0.0.4 gets the same, or a
    /// Prometheus before 3.0 would see other series when it changes the format.
    static func bound(_ value: Double) -> String {
        special(value) ?? value.description
    }

    private static func special(_ value: Double) -> String? {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return nil
    }
}
