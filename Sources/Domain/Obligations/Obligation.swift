package import Civil

/// What a unit owes: one form for one of its periods, with who has to answer for it and by when (`docs/domain.md` §4).
package struct Obligation: Hashable, Sendable {
    /// The form's code.
    package var form: String
    /// The period of the form.
    package var period: Period
    /// The unit whose figures are owed.
    package var unit: String
    /// The unit that has to send them: itself, or the legal successor.
    package var responsible: String
    /// The first day on which figures are taken: the day after the period's end.
    package var opensOn: LocalDate
    /// The last day on which they are in time.
    package var dueOn: LocalDate
    /// The last day of grace.
    package var graceUntil: LocalDate

    /// An obligation with its dates.
    package init(
        form: String, period: Period, unit: String, responsible: String, opensOn: LocalDate, dueOn: LocalDate,
        graceUntil: LocalDate
    ) {
        self.form = form
        self.period = period
        self.unit = unit
        self.responsible = responsible
        self.opensOn = opensOn
        self.dueOn = dueOn
        self.graceUntil = graceUntil
    }

    /// Who owes a form for a period, by when, and who answers for it on the due date; in order of unit.
    ///
    /// - Throws: `DomainError` where the period is not of the form's recurrence.
    package static func all(
        of form: Form, for period: Period, duties: FormDuties, calendar: DutyCalendar, heirs: LegalSuccession
    ) throws(DomainError) -> [Obligation] {
        guard form.recurrence == period.recurrence else {
            throw DomainError(
                .malformed,
                "Form \(form.form) is owed each \(form.recurrence.rawValue); \(period) is not such a period.",
                context: ["form": form.form, "period": period.code])
        }
        return duties.units(owing: form.form, for: period).map { unit in
            let dueOn = calendar.dueOn(form, period, unit: unit)
            return Obligation(
                form: form.form, period: period, unit: unit, responsible: heirs.responsible(for: unit, on: dueOn),
                opensOn: period.lastDay.adding(days: 1), dueOn: dueOn,
                graceUntil: calendar.graceUntil(form, dueOn: dueOn, unit: unit))
        }
    }
}

/// Who answers for a unit after a reform (`docs/domain.md` §6).
package struct LegalSuccession: Sendable {
    private let successions: [String: [Succession]]

    /// The successions of a data set.
    package init(_ successions: [Succession]) {
        self.successions = Dictionary(grouping: successions, by: \.predecessor)
    }

    /// Who answers for a unit on a day: itself, or who has taken it over by then; of several the one with the greatest
    /// share, of equal ones the first by code.
    package func responsible(for unit: String, on day: LocalDate) -> String {
        var current = unit
        // Successions in a circle are a fault on import; the bound keeps even a damaged set from holding us up.
        for _ in 0..<32 {
            let next = (successions[current] ?? []).filter { $0.effectiveOn <= day }
                .max { $0.share != $1.share ? $0.share < $1.share : inCodePointOrder($1.successor, $0.successor) }
            guard let next else { break }
            current = next.successor
        }
        return current
    }
}
