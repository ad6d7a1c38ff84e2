/// Whether a request can wait.
package enum Urgency: Hashable, Sendable {
    /// Numbers would be late without its answer.
    case regular
    /// It is part of a long piece of work that takes only a share of the server's time.
    ///
    /// - Parameter strain: what its share is divided by because the server's answers have become slower; 1 or more.
    case background(strain: Double)

    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case regular, background
    }

    package var kind: Kind {
        switch self {
        case .regular: .regular
        case .background: .background
        }
    }
}
