import Civil

extension DataSetCheck {
    /// Plans, their versions and members.
    mutating func checkPlans() {
        struct VersionKey: Hashable {
            let plan: String
            let version: Int
        }
        struct MemberKey: Hashable {
            let plan: String
            let unit: String
            let role: MembershipRole
            let from: LocalDate
        }
        struct ForceKey: Hashable {
            let plan: String
            let from: LocalDate
        }
        checkKeys(.plans, dataSet.plans, "plan", "plan") { $0.plan }
        for (row, plan) in dataSet.plans.enumerated() {
            checkNotEmpty(plan.plan, .plans, row, "plan")
            checkNotEmpty(plan.name, .plans, row, "name")
            if plan.targetDate <= plan.pathStart {
                fault(
                    .plans, row, "target_date",
                    "The target date \(plan.targetDate) is not after the path's start \(plan.pathStart).")
            }
        }
        checkKeys(.planVersions, dataSet.planVersions, "version", "plan and version") {
            VersionKey(plan: $0.plan, version: $0.version)
        }
        var inForce: [ForceKey: Int] = [:]
        for (row, version) in dataSet.planVersions.enumerated() {
            checkPlan(version.plan, .planVersions, row)
            if version.version < 0 {
                fault(.planVersions, row, "version", "The version \(version.version) is negative.")
            }
            guard version.approvedOn != nil else { continue }
            let key = ForceKey(plan: version.plan, from: version.effectiveFrom)
            if let other = inForce[key] {
                fault(
                    .planVersions, row, "effective_from",
                    "Approved versions \(dataSet.planVersions[other].version) and \(version.version) of plan "
                        + "\(version.plan) are both effective from \(version.effectiveFrom); only one can be in force.")
            } else {
                inForce[key] = row
            }
        }
        checkKeys(.memberships, dataSet.memberships, "unit", "plan, unit, role and valid_from") {
            MemberKey(plan: $0.plan, unit: $0.unit, role: $0.role, from: $0.validFrom)
        }
        for (row, membership) in dataSet.memberships.enumerated() {
            checkPlan(membership.plan, .memberships, row)
            checkUnit(membership.unit, .memberships, row)
            checkSpan(membership.validFrom, membership.validTo, .memberships, row)
        }
    }

    /// Targets: references, and one target a version, indicator and unit.
    mutating func checkTargets() {
        struct Key: Hashable {
            let plan: String
            let version: Int
            let indicator: String
            let unit: String?
            let kind: TargetKind
            let date: LocalDate?
        }
        var versions: Set<String> = []
        for version in dataSet.planVersions { versions.insert("\(version.version) \(version.plan)") }
        checkKeys(.targets, dataSet.targets, "target_date", "plan, version, indicator, unit, kind and target date") {
            Key(
                plan: $0.plan, version: $0.version, indicator: $0.indicator, unit: $0.unit, kind: $0.kind,
                date: $0.targetDate)
        }
        var finals: [Key: LocalDate] = [:]
        for (row, target) in dataSet.targets.enumerated() {
            if !plans.contains(target.plan) {
                checkPlan(target.plan, .targets, row)
            } else if !versions.contains("\(target.version) \(target.plan)") {
                fault(
                    .targets, row, "version",
                    "Plan \(target.plan) has no version \(target.version) in plan_versions.csv; add it.")
            }
            checkIndicator(target.indicator, .targets, row)
            if let unit = target.unit { checkUnit(unit, .targets, row) }
            guard target.kind == .final else { continue }
            let key = Key(
                plan: target.plan, version: target.version, indicator: target.indicator, unit: target.unit,
                kind: .final, date: nil)
            if let date = finals[key], date != target.targetDate {
                fault(
                    .targets, row, "kind",
                    "Version \(target.version) has two FINAL rows for indicator \(target.indicator) and "
                        + "\(target.unit.map { "unit \($0)" } ?? "the region"), dated \(date) and \(target.targetDate); "
                        + "keep one and make the other a MILESTONE.")
            }
            finals[key] = target.targetDate
        }
    }

    /// A region's target that is not the sum of its units' is allowed, and worth a look.
    mutating func warnOfRegionTargets() {
        struct Key: Hashable {
            let plan: String
            let version: Int
            let indicator: String
        }
        var sums: [Key: Rational] = [:]
        var regions: [Key: Int] = [:]
        for (row, target) in dataSet.targets.enumerated() where target.kind == .final {
            switch indicators[target.indicator]?.kind {
            case .cumulativeUnique, .flow, .stock, .money: break
            // Shares and steps do not add up to a target.
            case .ratio, .step, nil: continue
            }
            let key = Key(plan: target.plan, version: target.version, indicator: target.indicator)
            if target.unit == nil {
                regions[key] = row
            } else if let value = target.value {
                sums[key, default: .zero] += value
            }
        }
        for (key, row) in regions {
            guard let sum = sums[key], let value = dataSet.targets[row].value, value != sum else { continue }
            warn(
                .targets, row, "value",
                "The region's target \(value) for indicator \(key.indicator) is not the sum of its units' targets, "
                    + "\(sum), in version \(key.version); the region's row holds.")
        }
    }
}
