import Domain

/// Reporting periods in Latvian, in the cases that letters need.
enum LatvianPeriod {
    /// `2025. gada 2. pusgads`
    static func nominative(_ period: Period) -> String {
        text(period, "gads", "pusgads", "ceturksnis", LatvianMonth.nominative)
    }

    /// `2025. gada 2. pusgada`
    static func genitive(_ period: Period) -> String {
        text(period, "gada", "pusgada", "ceturkšņa", LatvianMonth.genitive)
    }

    /// `2025. gada 2. pusgadu`, which follows *par*.
    static func accusative(_ period: Period) -> String {
        text(period, "gadu", "pusgadu", "ceturksni", LatvianMonth.accusative)
    }

    /// `2025. gada 2. pusgadā`, in that period.
    static func locative(_ period: Period) -> String {
        text(period, "gadā", "pusgadā", "ceturksnī", LatvianMonth.locative)
    }

    private static func text(
        _ period: Period, _ year: String, _ half: String, _ quarter: String, _ months: [String]
    ) -> String {
        switch period.recurrence {
        case .year: "\(period.year). \(year)"
        case .halfYear: "\(period.year). gada \(period.part). \(half)"
        case .quarter: "\(period.year). gada \(period.part). \(quarter)"
        case .month: "\(period.year). gada \(months[period.part - 1])"
        }
    }
}
