package import Civil

/// Who owes which form: a form belongs to every plan that has a target row for one of its indicators, and each unit that
/// exists and has the form's role in such a plan on a period's last day owes it for that period (`docs/domain.md` §4).
package struct FormDuties: Sendable {
    private struct Role: Hashable {
        let plan: String
        let role: MembershipRole
    }

    private let forms: [String: Form]
    private let plansOfForm: [String: Set<String>]
    private let validity: [String: [Interval]]
    private let memberships: [String: [(role: Role, interval: Interval)]]

    /// The duties of a data set.
    package init(_ dataSet: DataSet) {
        forms = Dictionary(dataSet.forms.map { ($0.form, $0) }) { first, _ in first }
        var plansOfIndicator: [String: Set<String>] = [:]
        for target in dataSet.targets { plansOfIndicator[target.indicator, default: []].insert(target.plan) }
        var plansOfForm: [String: Set<String>] = [:]
        for entry in dataSet.formIndicators {
            plansOfForm[entry.form, default: []].formUnion(plansOfIndicator[entry.indicator] ?? [])
        }
        self.plansOfForm = plansOfForm
        var validity: [String: [Interval]] = [:]
        for unit in dataSet.units {
            validity[unit.code, default: []].append(Interval(from: unit.validFrom, to: unit.validTo))
        }
        self.validity = validity
        var memberships: [String: [(role: Role, interval: Interval)]] = [:]
        for row in dataSet.memberships {
            memberships[row.unit, default: []]
                .append((Role(plan: row.plan, role: row.role), Interval(from: row.validFrom, to: row.validTo)))
        }
        self.memberships = memberships
    }

    /// The plans to which a form belongs, in order of code.
    package func plans(of form: String) -> [String] {
        (plansOfForm[form] ?? []).sorted(by: inCodePointOrder)
    }

    /// Whether a unit exists on a day.
    package func isValid(_ unit: String, on date: LocalDate) -> Bool {
        validity[unit]?.contains { $0.contains(date) } ?? false
    }

    /// Whether a unit owes a form for a period with this last day.
    package func owes(_ form: String, unit: String, on lastDay: LocalDate) -> Bool {
        guard let role = forms[form]?.role, let plans = plansOfForm[form], isValid(unit, on: lastDay) else {
            return false
        }
        return memberships[unit]?.contains {
            $0.role.role == role && plans.contains($0.role.plan) && $0.interval.contains(lastDay)
        } ?? false
    }

    /// The units that owe a form for a period, in order of code.
    package func units(owing form: String, for period: Period) -> [String] {
        let lastDay = period.lastDay
        return memberships.keys.filter { owes(form, unit: $0, on: lastDay) }.sorted(by: inCodePointOrder)
    }
}
