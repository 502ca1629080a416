import Civil
import Domain
import Rendering

/// The report of the Kurzeme sample at the end of 2019: targets and totals as in `docs/domain.md`, unit values invented.
enum ReportSample {
    /// Unit, target and figure of both indicators; nil is missing.
    private static let rows: [(name: String, grt: (Int, Int?), ft: (Int, Int?))] = [
        ("Aizputes novads", (14, 2), (9, 6)), ("Alsungas novads", (2, nil), (1, nil)),
        ("Brocēnu novads", (10, 1), (6, 4)), ("Dundagas novads", (6, 1), (4, 3)), ("Durbes novads", (4, 0), (3, 0)),
        ("Grobiņas novads", (15, 2), (9, 7)), ("Kuldīgas novads", (39, 8), (25, 19)), ("Liepāja", (62, 13), (78, 68)),
        ("Mērsraga novads", (2, nil), (2, nil)), ("Nīcas novads", (6, 0), (4, 0)),
        ("Pāvilostas novads", (4, 0), (3, 0)),
        ("Priekules novads", (9, 3), (6, 4)), ("Rojas novads", (6, 1), (4, 2)), ("Rucavas novads", (3, 2), (2, 2)),
        ("Saldus novads", (39, 6), (26, 18)), ("Skrundas novads", (17, 4), (5, 5)), ("Talsu novads", (49, 6), (32, 20)),
        ("Vaiņodes novads", (4, 0), (2, 0)), ("Ventspils", (40, 7), (55, 39)), ("Ventspils novads", (19, 1), (12, 7)),
    ]

    private static let expected = Rational(729, 2190)

    private static func units(_ figure: KeyPath<(name: String, grt: (Int, Int?), ft: (Int, Int?)), (Int, Int?)>)
        -> [ReportContent.UnitFigure]
    {
        rows.map { row in
            let (target, actual) = row[keyPath: figure]
            let share = actual.map { Rational($0, target) }
            let pace = share.map { $0 / expected }
            let status: AttainmentStatus =
                if let share, let pace {
                    share >= .one
                        ? .blue : pace >= Rational(9, 10) ? .green : pace >= Rational(7, 10) ? .amber : .red
                } else {
                    .grey
                }
            return .init(
                name: row.name, target: Rational(target), actual: actual.map { Rational($0) },
                observation: actual == nil ? .lacking : .actual, attained: share, pace: pace, status: status)
        }
    }

    private static func indicator(
        _ code: String, _ name: String, target: Int, reported: Int, upper: Int, weight: Int, status: AttainmentStatus,
        units: [ReportContent.UnitFigure]
    ) -> ReportContent.Indicator {
        var indicator = ReportContent.Indicator(
            code: code, name: name, measure: "personas", status: status, units: units)
        indicator.target = Rational(target)
        indicator.baseline = .zero
        indicator.reported = Rational(reported)
        indicator.carried = Rational(reported)
        indicator.upper = Rational(upper)
        indicator.attained = Rational(reported, target)
        indicator.attainedReporting = Rational(reported, weight)
        indicator.attainedCarried = Rational(reported, target)
        indicator.attainedUpper = Rational(upper, target)
        indicator.attainedCapped = Rational(reported, target)
        indicator.expected = expected
        indicator.pace = Rational(reported, target) / expected
        indicator.completeness = Rational(weight, target)
        return indicator
    }

    static var content: ReportContent {
        let period = Period(code: "2019-H2")!
        let due = LocalDate(iso: "2020-01-15")!
        return ReportContent(
            planName: "Kurzemes plānošanas reģiona DI plāns 2017–2020", organisation: "Kurzemes plānošanas reģions",
            period: period, revision: 1,
            planVersion: .init(
                number: 2, title: "Grozījumi 2019", approvedOn: LocalDate(iso: "2019-07-16"), approvedBy: "SPAP"),
            asOf: LocalDate(iso: "2019-12-31")!,
            knownAt: LocalDateTime(date: LocalDate(iso: "2020-01-22")!, hour: 23, minute: 59, second: 59),
            pathStart: LocalDate(iso: "2018-01-01")!, targetDate: LocalDate(iso: "2023-12-31")!,
            snapshot: String(repeating: "5e1f", count: 16), rules: "1",
            completeness: .init(expected: 20, reported: 18, onTime: 16),
            indicators: [
                indicator(
                    "GRT", "Pilngadīgas personas ar garīga rakstura traucējumiem", target: 350, reported: 57, upper: 61,
                    weight: 346, status: .red, units: units(\.grt)),
                indicator(
                    "FT", "Bērni ar funkcionāliem traucējumiem", target: 288, reported: 204, upper: 207, weight: 285,
                    status: .green, units: units(\.ft)),
            ],
            missing: ["Alsungas novads", "Mērsraga novads"].map {
                .init(
                    unit: $0, form: "DI plāna uzraudzība", period: period, due: due,
                    lastNotice: LocalDate(iso: "2020-01-22"))
            },
            notices: ["Alsungas novads", "Mērsraga novads"].flatMap { unit in
                [("2020-01-16", NoticeStep.overdue, NoticeAudience.submitter), ("2020-01-22", .escalation, .head)]
                    .map {
                        .init(
                            on: LocalDate(iso: $0.0)!, unit: unit, form: "DI plāna uzraudzība", step: $0.1,
                            audience: $0.2)
                    }
            },
            notes: ["Pašvaldību dati šajā paraugā ir sintētiski; reģiona mērķi un kopskaits atbilst publicētajiem."])
    }
}
