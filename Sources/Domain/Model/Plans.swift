package import Civil

/// One row of `plans.csv`: a plan with the ends of its expected path (`docs/domain.md` §3).
package struct Plan: Hashable, Sendable {
    /// The plan's code.
    package var plan: String
    /// What people call it.
    package var name: String
    /// Where the expected path begins, at share 0.
    package var pathStart: LocalDate
    /// Where the expected path ends, at share 1, for targets that name no date of their own.
    package var targetDate: LocalDate

    /// A row of `plans.csv`.
    package init(plan: String, name: String, pathStart: LocalDate, targetDate: LocalDate) {
        self.plan = plan
        self.name = name
        self.pathStart = pathStart
        self.targetDate = targetDate
    }
}

/// One row of `plan_versions.csv`: an amendment of a plan (`docs/domain.md` §3).
package struct PlanVersion: Hashable, Sendable {
    /// The plan's code.
    package var plan: String
    /// The number of the version within its plan.
    package var version: Int
    /// Its title.
    package var title: String
    /// The day of its approval, from which it is known; nil for a draft, which is never in force.
    package var approvedOn: LocalDate?
    /// The first day on which it is in force.
    package var effectiveFrom: LocalDate
    /// Who approved it.
    package var approvedBy: String
    /// Whether it changes no target.
    package var technicalOnly: Bool

    /// A row of `plan_versions.csv`.
    package init(
        plan: String, version: Int, title: String, approvedOn: LocalDate?, effectiveFrom: LocalDate,
        approvedBy: String, technicalOnly: Bool
    ) {
        self.plan = plan
        self.version = version
        self.title = title
        self.approvedOn = approvedOn
        self.effectiveFrom = effectiveFrom
        self.approvedBy = approvedBy
        self.technicalOnly = technicalOnly
    }
}

/// In which role a unit takes part in a plan.
package enum MembershipRole: String, Hashable, Sendable, CaseIterable {
    /// Reports figures; the role that owes a form unless the form says otherwise.
    case reporter = "REPORTER"
    /// Builds infrastructure.
    case infrastructure = "INFRASTRUCTURE"
    /// Partner of the project.
    case partner = "PARTNER"
    /// Takes part without reporting.
    case observer = "OBSERVER"
}

/// One row of `memberships.csv`: a unit's role in a plan for a time (`docs/domain.md` §2).
package struct Membership: Hashable, Sendable {
    /// The plan's code.
    package var plan: String
    /// The unit's code.
    package var unit: String
    /// The role.
    package var role: MembershipRole
    /// The first day of the membership.
    package var validFrom: LocalDate
    /// The first day on which it no longer holds; nil while it is open.
    package var validTo: LocalDate?

    /// A row of `memberships.csv`.
    package init(
        plan: String, unit: String, role: MembershipRole, validFrom: LocalDate, validTo: LocalDate? = nil
    ) {
        self.plan = plan
        self.unit = unit
        self.role = role
        self.validFrom = validFrom
        self.validTo = validTo
    }
}

/// Whether a row of `targets.csv` is the goal or a point on the way to it.
package enum TargetKind: String, Hashable, Sendable, CaseIterable {
    /// The target itself, with its baseline.
    case final = "FINAL"
    /// A point of the expected path; never the target.
    case milestone = "MILESTONE"
}

/// One row of `targets.csv`: what is to be reached, by whom and when (`docs/domain.md` §3).
package struct Target: Hashable, Sendable {
    /// The plan's code.
    package var plan: String
    /// The number of the plan version.
    package var version: Int
    /// The indicator's code.
    package var indicator: String
    /// The unit's code; nil for the region as a whole.
    package var unit: String?
    /// The day by which the value is to be reached.
    package var targetDate: LocalDate
    /// Target or milestone.
    package var kind: TargetKind
    /// The value to be reached; nil says that there is no target.
    package var value: Rational?
    /// The value at the start of the path.
    package var baseline: Rational

    /// A row of `targets.csv`.
    package init(
        plan: String, version: Int, indicator: String, unit: String?, targetDate: LocalDate, kind: TargetKind,
        value: Rational?, baseline: Rational = .zero
    ) {
        self.plan = plan
        self.version = version
        self.indicator = indicator
        self.unit = unit
        self.targetDate = targetDate
        self.kind = kind
        self.value = value
        self.baseline = baseline
    }
}
