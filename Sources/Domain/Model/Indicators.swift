/// How figures of an indicator add up in time and across units (`docs/domain.md` §5).
package enum IndicatorKind: String, Hashable, Sendable, CaseIterable {
    /// Persons ever served, each once: the last number holds, units are summed.
    case cumulativeUnique = "CUM_UNIQUE"
    /// What happened in a period: periods are summed from the start of the path, units are summed.
    case flow = "FLOW"
    /// What exists at a date: the number at the date holds, units are summed.
    case stock = "STOCK"
    /// A share: numerators and denominators are summed, never means taken.
    case ratio = "RATIO"
    /// A step that a unit has done or not: units that have done it are counted.
    case step = "STEP"
    /// Money, cumulative, in the indicator's unit: the last number holds, units are summed.
    case money = "MONEY"
}

/// Which way is better.
package enum Direction: String, Hashable, Sendable, CaseIterable {
    /// More is better.
    case up = "UP"
    /// Less is better.
    case down = "DOWN"
}

/// One row of `indicators.csv`.
package struct Indicator: Hashable, Sendable {
    /// The indicator's code.
    package var indicator: String
    /// Its name in Latvian.
    package var name: String
    /// Its name in English.
    package var nameEn: String
    /// How its figures add up.
    package var kind: IndicatorKind
    /// What is counted: persons, places, EUR.
    package var unit: String
    /// Which way is better.
    package var direction: Direction
    /// The code of the target group.
    package var targetGroup: String

    /// A row of `indicators.csv`.
    package init(
        indicator: String, name: String, nameEn: String, kind: IndicatorKind, unit: String, direction: Direction,
        targetGroup: String
    ) {
        self.indicator = indicator
        self.name = name
        self.nameEn = nameEn
        self.kind = kind
        self.unit = unit
        self.direction = direction
        self.targetGroup = targetGroup
    }
}

/// One row of `forms.csv`: a form with its rhythm and deadlines (`docs/domain.md` §4).
package struct Form: Hashable, Sendable {
    /// The form's code.
    package var form: String
    /// Its name.
    package var name: String
    /// How often it is owed.
    package var recurrence: Recurrence
    /// The due date, in working days after the period's last day; at least 1.
    package var dueWorkingDays: Int
    /// The grace after the due date, in working days.
    package var graceWorkingDays: Int
    /// The membership role that owes it.
    package var role: MembershipRole

    /// A row of `forms.csv`.
    package init(
        form: String, name: String, recurrence: Recurrence, dueWorkingDays: Int, graceWorkingDays: Int,
        role: MembershipRole = .reporter
    ) {
        self.form = form
        self.name = name
        self.recurrence = recurrence
        self.dueWorkingDays = dueWorkingDays
        self.graceWorkingDays = graceWorkingDays
        self.role = role
    }
}

/// One row of `form_indicators.csv`: an indicator that is asked for on a form; an indicator is on at most one form.
package struct FormIndicator: Hashable, Sendable {
    /// The form's code.
    package var form: String
    /// The indicator's code.
    package var indicator: String

    /// A row of `form_indicators.csv`.
    package init(form: String, indicator: String) {
        self.form = form
        self.indicator = indicator
    }
}
