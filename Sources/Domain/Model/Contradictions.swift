package import Civil

/// One row of `contradictions.csv`: a figure published elsewhere that does not agree with the plan's, kept with its
/// source and told wherever the indicator is shown.
package struct Contradiction: Hashable, Sendable {
    /// The plan's code.
    package var plan: String
    /// The indicator's code.
    package var indicator: String
    /// The figure as it was published, in the words of its source: `350`, `more than 200`.
    package var value: String
    /// Where it was published.
    package var source: String
    /// When; nil where that is not known.
    package var publishedOn: LocalDate?
    /// What explains it, as far as known.
    package var note: String

    /// A row of `contradictions.csv`.
    package init(
        plan: String, indicator: String, value: String, source: String, publishedOn: LocalDate?, note: String
    ) {
        self.plan = plan
        self.indicator = indicator
        self.value = value
        self.source = source
        self.publishedOn = publishedOn
        self.note = note
    }
}
