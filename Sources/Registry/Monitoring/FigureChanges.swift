package import Domain
import Foundation
package import Postgres

/// How a figure of the region differs between what is stored and what would come out now; values as printed.
package struct FigureChange: Hashable, Sendable {
    /// The indicator's code.
    package let indicator: String
    /// The figure's name in the JSON of `docs/domain.md`, `attained`.
    package let figure: String
    /// As it is stored; nil for null, or where the indicator is new.
    package let before: String?
    /// As it would be; nil for null, or where the indicator is gone.
    package let after: String?

    /// A difference of one figure.
    package init(indicator: String, figure: String, before: String?, after: String?) {
        self.indicator = indicator
        self.figure = figure
        self.before = before
        self.after = after
    }
}

extension FigureChange {
    private static let figures = [
        "target", "baseline", "reported", "carried", "upper", "attained", "attained_reporting", "attained_carried",
        "attained_upper", "attained_capped", "pace", "status",
    ]

    /// The differences between the region's rows of a stored snapshot and those of an answer, by indicator, in the order
    /// of the rows.
    ///
    /// - Throws: `DecodingError` where the stored rows cannot be read.
    package static func between(_ stored: JSON, _ attainment: Attainment) throws -> [FigureChange] {
        let before = try rows(stored.text)
        let after = try rows(attainment.regionJSON())
        let codes = Set(before.keys).union(after.keys).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return codes.flatMap { code in
            figures.compactMap { figure in
                let old = before[code]?[figure] ?? nil
                let new = after[code]?[figure] ?? nil
                return old == new ? nil : FigureChange(indicator: code, figure: figure, before: old, after: new)
            }
        }
    }

    private static func rows(_ text: String) throws -> [String: [String: String?]] {
        let rows = try JSONDecoder().decode([[String: String?]].self, from: Data(text.utf8))
        return Dictionary(rows.map { (($0["indicator"] ?? nil) ?? "", $0) }) { first, _ in first }
    }

    /// The changes of what was reported and attained in one line, for a reason that people read.
    package static func summary(_ changes: [FigureChange]) -> String {
        changes.filter { $0.figure == "reported" || $0.figure == "attained" || $0.figure == "target" }
            .map { change in
                let unit = change.figure == "attained" ? " %" : ""
                return
                    "\(change.indicator) \(change.figure) \(change.before ?? "–")\(unit) → \(change.after ?? "–")\(unit)"
            }.joined(separator: "; ")
    }
}
