import Collection

/// A small plot over the last hour, drawn as SVG: 10 units wide for each step, `height` high, stretched by the page. Its label
/// says in words and numbers what it shows.
struct Plot {
    /// What a reader who does not see it is told.
    let label: String
    /// Where the vertical scale ends, for people.
    let top: String
    /// The drawing's paths.
    let content: String

    static let stepWidth = 10
    static let height = 100

    /// The element. The plot's time runs from left to right, the present last.
    func svg(steps: Int) -> String {
        """
        <svg role="img" aria-label="\(label.escaped)" viewBox="0 0 \(steps * Self.stepWidth) \(Self.height)" \
        preserveAspectRatio="none">\(content)</svg>
        """
    }

    /// A path with the classes that give it its colour; nothing where it has nothing to draw.
    static func path(_ classes: String, _ data: String) -> String {
        data.isEmpty ? "" : "<path class=\"\(classes)\" d=\"\(data)\"/>"
    }

    /// A bar of the step at `place`, as a part of a path.
    static func bar(_ place: Int, top: Int, height: Int) -> String {
        "M\(place * stepWidth + 1) \(top)h\(stepWidth - 2)v\(height)h-\(stepWidth - 2)z"
    }

    /// What is small and not nothing is still this high.
    static let least = 4

    /// The length of a value where `whole` is `length` long.
    static func length(_ value: Double, of whole: Double, along length: Int) -> Int {
        guard value > 0 else { return 0 }
        return max(least, min(length, Int((value / whole * Double(length)).rounded())))
    }
}
