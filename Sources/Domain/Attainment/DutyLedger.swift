import Civil

/// What a unit owed in the span asked about, and what came of it (`docs/domain.md` §4).
struct Duty {
    let form: Int
    let ordinal: Int
    let dueOn: LocalDate
    /// Whether it is among the obligations of the span asked about, and not only the last one before it.
    let isExpected: Bool
    /// The day on which the first accepted version arrived; nil without one.
    let acceptedOn: LocalDate?
    /// Whether every figure of it is not applicable or waived, so that it leaves the counts.
    let isExcused: Bool
}

/// Counts of obligations over units.
struct DutyCounts {
    var expected = 0
    var reported = 0
    var onTime = 0

    mutating func add(_ duty: Duty) {
        guard duty.isExpected, !duty.isExcused else { return }
        expected += 1
        guard let acceptedOn = duty.acceptedOn else { return }
        reported += 1
        if acceptedOn <= duty.dueOn { onTime += 1 }
    }
}

/// Computes due dates once for all units that adopt moved days alike.
struct DueDates {
    private struct Key: Hashable {
        let form: Int
        let ordinal: Int
        let adoption: [Int: Bool]
    }

    private let frame: PlanFrame
    private var known: [Key: LocalDate] = [:]

    init(frame: PlanFrame) {
        self.frame = frame
    }

    mutating func dueOn(_ unit: Int, _ form: Int, _ ordinal: Int) -> LocalDate {
        let adoption = frame.calendar.adoption(of: frame.units[unit].code)
        let key = Key(form: form, ordinal: ordinal, adoption: adoption)
        if let date = known[key] { return date }
        let date = frame.calendar.workingDay(
            frame.forms[form].form.dueWorkingDays, after: frame.forms[form].lastDay(ordinal), adoption: adoption)
        known[key] = date
        return date
    }

    /// The obligations of a unit for every form: those of the span asked about, and that of R.
    mutating func duties(of unit: Int, _ filings: UnitFilings) -> [Duty] {
        var duties: [Duty] = []
        for (number, form) in frame.forms.enumerated() {
            let current = form.current.ordinal
            let first = min(form.firstAsked.ordinal, current)
            for ordinal in first...current where frame.owes(unit, number, ordinal) {
                let filing = filings.filing(number, ordinal)
                let excused =
                    filing?.cells.allSatisfy { $0.status == .notApplicable || $0.status == .waived } ?? false
                duties.append(
                    Duty(
                        form: number, ordinal: ordinal, dueOn: dueOn(unit, number, ordinal),
                        isExpected: ordinal >= form.firstAsked.ordinal,
                        acceptedOn: filing.map { frame.zone.date(at: $0.firstAcceptedAt) }, isExcused: excused))
            }
        }
        return duties
    }
}
