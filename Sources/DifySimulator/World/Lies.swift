/// What a server says wrongly of its list: a broken cache, a replica that lags, a proxy that rewrites answers.
package struct Lies: Hashable, Sendable {
    /// So many more rows are in each count than there are.
    package var surplus = 0
    /// The share of rows, from 0 to 1, that are left out of an answer although its count has them.
    package var hiddenShare = 0.0
    /// The share of answers, from 0 to 1, that hold a row of no possible time as well.
    package var phantomShare = 0.0

    package init() {}

    package static let none = Lies()
}
