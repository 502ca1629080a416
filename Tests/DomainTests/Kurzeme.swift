import Civil
import Domain

/// The municipalities of the Kurzeme example: targets and totals are those of the plan, values of units are invented.
enum Kurzeme {
    struct Row {
        let code: String
        let successor: String
        let targets: (grt: Int, ft: Int)
        /// Nil where the municipality has not reported.
        let end2019: (grt: Int, ft: Int)?
        let mid2021: (grt: Int, ft: Int)
    }

    static let rows: [Row] = [
        Row(code: "0640600", successor: "0027000", targets: (14, 9), end2019: (2, 6), mid2021: (5, 9)),
        Row(code: "0640801", successor: "0027000", targets: (4, 3), end2019: (0, 0), mid2021: (1, 1)),
        Row(code: "0641000", successor: "0027000", targets: (15, 9), end2019: (2, 7), mid2021: (5, 9)),
        Row(code: "0647900", successor: "0027000", targets: (6, 4), end2019: (0, 0), mid2021: (1, 2)),
        Row(code: "0641401", successor: "0027000", targets: (4, 3), end2019: (0, 0), mid2021: (1, 1)),
        Row(code: "0641600", successor: "0027000", targets: (9, 6), end2019: (3, 4), mid2021: (6, 5)),
        Row(code: "0648500", successor: "0027000", targets: (3, 2), end2019: (2, 2), mid2021: (3, 2)),
        Row(code: "0649300", successor: "0027000", targets: (4, 2), end2019: (0, 0), mid2021: (1, 1)),
        Row(code: "0624200", successor: "0033000", targets: (2, 1), end2019: nil, mid2021: (1, 1)),
        Row(code: "0620200", successor: "0033000", targets: (39, 25), end2019: (8, 19), mid2021: (16, 23)),
        Row(code: "0621200", successor: "0033000", targets: (17, 5), end2019: (4, 5), mid2021: (8, 6)),
        Row(code: "0840601", successor: "0046000", targets: (10, 6), end2019: (1, 4), mid2021: (4, 6)),
        Row(code: "0840200", successor: "0046000", targets: (39, 26), end2019: (6, 18), mid2021: (13, 22)),
        Row(code: "0885100", successor: "0051000", targets: (6, 4), end2019: (1, 3), mid2021: (3, 4)),
        Row(code: "0887600", successor: "0051000", targets: (2, 2), end2019: nil, mid2021: (0, 1)),
        Row(code: "0888301", successor: "0051000", targets: (6, 4), end2019: (1, 2), mid2021: (2, 3)),
        Row(code: "0880200", successor: "0051000", targets: (49, 32), end2019: (6, 20), mid2021: (13, 25)),
        Row(code: "0980200", successor: "0056000", targets: (19, 12), end2019: (1, 7), mid2021: (3, 9)),
        Row(code: "0170000", successor: "0005000", targets: (62, 78), end2019: (13, 68), mid2021: (24, 86)),
        Row(code: "0270000", successor: "0007000", targets: (40, 55), end2019: (7, 39), mid2021: (14, 47)),
    ]

    /// What each successor adds in the second half of 2021; Ventspils city is missing.
    static let added2021: [(code: String, grt: Int, ft: Int)] = [
        ("0027000", 7, 4), ("0033000", 6, 3), ("0046000", 4, 2), ("0051000", 5, 4), ("0056000", 1, 1),
        ("0005000", 6, 8),
    ]

    /// 20 municipalities until 2021-06-30, 7 from the next day, with their figures of 2019-H2, 2021-H1 and 2021-H2.
    static func builder() -> SetBuilder {
        var set = SetBuilder()
        set.indicator("FT")
        set.indicator("GRT")
        for row in rows {
            set.unit(row.code, to: "2021-07-01")
            set.target("GRT", row.code, Rational(row.targets.grt))
            set.target("FT", row.code, Rational(row.targets.ft))
            if let values = row.end2019 {
                // Two of those that reported came after the due date, 2020-01-14.
                let late = ["0640600", "0840601"].contains(row.code)
                set.says(
                    row.code, "2019-H2", ["GRT": .n(Rational(values.grt)), "FT": .n(Rational(values.ft))],
                    at: late ? "2020-01-17" : "2020-01-10")
            }
            set.says(
                row.code, "2021-H1", ["GRT": .n(Rational(row.mid2021.grt)), "FT": .n(Rational(row.mid2021.ft))])
        }
        for successor in Set(rows.map(\.successor)).sorted() {
            set.unit(successor, from: "2021-07-01")
            set.succeeds(
                successor, rows.filter { $0.successor == successor }.map { ($0.code, 1) }, on: "2021-07-01")
        }
        for (code, grt, ft) in added2021 {
            set.says(code, "2021-H2", ["GRT": .n(Rational(grt)), "FT": .n(Rational(ft))])
        }
        return set
    }
}
