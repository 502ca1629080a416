package import Civil

/// Which version of a plan gives the targets (`docs/domain.md` §3).
package enum TargetBasis: Hashable, Sendable {
    /// The version in force on the period's last day.
    case atPeriodEnd
    /// The version in force on the local day of known-at, or today.
    case atReportDate
    /// The lowest version number.
    case original
    /// The version with this number.
    case fixed(Int)

    /// The basis of a text as in `--target-basis`, or nil for anything that is none.
    package init?(_ text: String) {
        switch text {
        case "AT_PERIOD_END": self = .atPeriodEnd
        case "AT_REPORT_DATE": self = .atReportDate
        case "ORIGINAL": self = .original
        default:
            let digits = text.dropFirst("FIXED:".count)
            guard text.hasPrefix("FIXED:"), !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
                let number = Int(digits)
            else { return nil }
            self = .fixed(number)
        }
    }
}

extension TargetBasis: CustomStringConvertible {
    package var description: String {
        switch self {
        case .atPeriodEnd: "AT_PERIOD_END"
        case .atReportDate: "AT_REPORT_DATE"
        case .original: "ORIGINAL"
        case .fixed(let number): "FIXED:\(number)"
        }
    }
}

/// On which map the units are shown (`docs/domain.md` §6).
package enum Vintage: Hashable, Sendable {
    /// The units that were valid when the figures were due.
    case reported
    /// The units of a later date: figures of units that have merged by then are shown as one.
    case map(LocalDate)

    /// The vintage of a text as in `--vintage`, `reported` or a date, or nil for anything else.
    package init?(_ text: String) {
        if text == "reported" {
            self = .reported
        } else if let date = LocalDate(iso: text) {
            self = .map(date)
        } else {
            return nil
        }
    }
}

extension Vintage: CustomStringConvertible {
    package var description: String {
        switch self {
        case .reported: "reported"
        case .map(let date): date.description
        }
    }
}

/// What is asked: the attainment of a plan for a period, as of a date and as known at an instant
/// (`docs/domain.md` §7).
package struct Question: Hashable, Sendable {
    /// The plan's code.
    package var plan: String
    /// The period asked about.
    package var period: Period
    /// The date as of which it is asked; nil for the period's last day.
    package var asOf: LocalDate?
    /// Only what was recorded by this instant counts; nil for everything recorded.
    package var knownAt: Timestamp?
    /// Which plan version gives the targets.
    package var targetBasis: TargetBasis
    /// On which map the units are shown.
    package var vintage: Vintage

    /// A question about a plan and a period; without more, as of the period's end, with everything recorded.
    package init(
        plan: String, period: Period, asOf: LocalDate? = nil, knownAt: Timestamp? = nil,
        targetBasis: TargetBasis = .atPeriodEnd, vintage: Vintage = .reported
    ) {
        self.plan = plan
        self.period = period
        self.asOf = asOf
        self.knownAt = knownAt
        self.targetBasis = targetBasis
        self.vintage = vintage
    }

    /// The instant of a text as in `--known-at`: an instant with an offset, or a date, which stands for its end
    /// (23:59:59 on the zone's wall clock). Nil for anything else.
    package static func knownAt(_ text: String, zone: ZoneRules) -> Timestamp? {
        if let date = LocalDate(iso: text) { return zone.endOfDay(date) }
        return Timestamp(iso: text)
    }
}
