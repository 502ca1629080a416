package import Domain

/// Remarks of a report on figures of an indicator, in Latvian (`ReportContent.notes`).
package enum ReportRemark {
    /// What others have published about an indicator and does not agree with the plan.
    package static func text(_ contradiction: Contradiction, indicator name: String) -> String {
        let day = contradiction.publishedOn.map { ", \(LatvianDate.short($0))" } ?? ""
        return "\(name): citur publicēts “\(contradiction.value)” (\(contradiction.source)\(day))."
            + (contradiction.note.isEmpty ? "" : " \(contradiction.note)")
    }

    /// What the region's figures of an indicator leave out, since several units count it.
    package static func text(_ adjustment: Adjustment, indicator name: String) -> String {
        "\(name): reģiona rādītājos ietverta dubultuzskaites korekcija \(LatvianNumber.text(adjustment.delta)) "
            + "(\(LatvianPeriod.nominative(adjustment.period))). \(adjustment.reason)"
    }
}
