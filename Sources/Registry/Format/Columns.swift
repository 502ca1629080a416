// The columns of each file, named once. `docs/domain.md` says what they mean.

/// The columns of `units.csv`.
enum UnitColumns {
    static let code = Column(0, "code")
    static let name = Column(1, "name")
    static let nameGen = Column(2, "name_gen")
    static let nameDat = Column(3, "name_dat")
    static let nameAcc = Column(4, "name_acc")
    static let type = Column(5, "type")
    static let validFrom = Column(6, "valid_from")
    static let validTo = Column(7, "valid_to", isNullable: true)
    static let all = [code, name, nameGen, nameDat, nameAcc, type, validFrom, validTo]
}

/// The columns of `successions.csv`.
enum SuccessionColumns {
    static let predecessor = Column(0, "predecessor")
    static let successor = Column(1, "successor")
    static let effectiveOn = Column(2, "effective_on")
    static let share = Column(3, "share")
    static let all = [predecessor, successor, effectiveOn, share]
}

/// The columns of `plans.csv`.
enum PlanColumns {
    static let plan = Column(0, "plan")
    static let name = Column(1, "name")
    static let pathStart = Column(2, "path_start")
    static let targetDate = Column(3, "target_date")
    static let all = [plan, name, pathStart, targetDate]
}

/// The columns of `plan_versions.csv`.
enum PlanVersionColumns {
    static let plan = Column(0, "plan")
    static let version = Column(1, "version")
    static let title = Column(2, "title")
    static let approvedOn = Column(3, "approved_on", isNullable: true)
    static let effectiveFrom = Column(4, "effective_from")
    static let approvedBy = Column(5, "approved_by")
    static let technicalOnly = Column(6, "technical_only")
    static let all = [plan, version, title, approvedOn, effectiveFrom, approvedBy, technicalOnly]
}

/// The columns of `memberships.csv`.
enum MembershipColumns {
    static let plan = Column(0, "plan")
    static let unit = Column(1, "unit")
    static let role = Column(2, "role")
    static let validFrom = Column(3, "valid_from")
    static let validTo = Column(4, "valid_to", isNullable: true)
    static let all = [plan, unit, role, validFrom, validTo]
}

/// The columns of `indicators.csv`.
enum IndicatorColumns {
    static let indicator = Column(0, "indicator")
    static let name = Column(1, "name")
    static let nameEn = Column(2, "name_en")
    static let kind = Column(3, "kind")
    static let unit = Column(4, "unit")
    static let direction = Column(5, "direction")
    static let targetGroup = Column(6, "target_group")
    static let all = [indicator, name, nameEn, kind, unit, direction, targetGroup]
}

/// The columns of `targets.csv`.
enum TargetColumns {
    static let plan = Column(0, "plan")
    static let version = Column(1, "version")
    static let indicator = Column(2, "indicator")
    static let unit = Column(3, "unit", isNullable: true)
    static let targetDate = Column(4, "target_date")
    static let kind = Column(5, "kind")
    static let value = Column(6, "value", isNullable: true)
    static let baseline = Column(7, "baseline", isNullable: true)
    static let all = [plan, version, indicator, unit, targetDate, kind, value, baseline]
}

/// The columns of `forms.csv`.
enum FormColumns {
    static let form = Column(0, "form")
    static let name = Column(1, "name")
    static let recurrence = Column(2, "recurrence")
    static let dueWorkingDays = Column(3, "due_working_days")
    static let graceWorkingDays = Column(4, "grace_working_days")
    static let role = Column(5, "role", isOptional: true, isNullable: true)
    static let all = [form, name, recurrence, dueWorkingDays, graceWorkingDays, role]
}

/// The columns of `form_indicators.csv`.
enum FormIndicatorColumns {
    static let form = Column(0, "form")
    static let indicator = Column(1, "indicator")
    static let all = [form, indicator]
}

/// The columns of `contacts.csv`.
enum ContactColumns {
    static let unit = Column(0, "unit")
    static let role = Column(1, "role")
    static let email = Column(2, "email")
    static let language = Column(3, "language")
    static let validFrom = Column(4, "valid_from")
    static let validTo = Column(5, "valid_to", isNullable: true)
    static let all = [unit, role, email, language, validFrom, validTo]
}

/// The columns of `calendar.csv`.
enum CalendarColumns {
    static let calendar = Column(0, "calendar")
    static let date = Column(1, "date")
    static let kind = Column(2, "kind")
    static let name = Column(3, "name")
    static let knownSince = Column(4, "known_since", isNullable: true)
    static let all = [calendar, date, kind, name, knownSince]
}

/// The columns of `calendar_adoptions.csv`.
enum CalendarAdoptionColumns {
    static let unit = Column(0, "unit")
    static let year = Column(1, "year")
    static let adoptsMovedDays = Column(2, "adopts_moved_days")
    static let all = [unit, year, adoptsMovedDays]
}

/// The columns of `submissions.csv`.
enum SubmissionColumns {
    static let unit = Column(0, "unit")
    static let form = Column(1, "form")
    static let period = Column(2, "period")
    static let version = Column(3, "version")
    static let receivedAt = Column(4, "received_at")
    static let status = Column(5, "status")
    static let isNil = Column(6, "nil")
    static let all = [unit, form, period, version, receivedAt, status, isNil]
}

/// The columns of `observations.csv`.
enum ObservationColumns {
    static let unit = Column(0, "unit")
    static let form = Column(1, "form")
    static let period = Column(2, "period")
    static let version = Column(3, "version")
    static let indicator = Column(4, "indicator")
    static let value = Column(5, "value", isNullable: true)
    static let obsStatus = Column(6, "obs_status")
    static let basis = Column(7, "basis", isOptional: true, isNullable: true)
    static let denominator = Column(8, "denominator", isOptional: true, isNullable: true)
    static let all = [unit, form, period, version, indicator, value, obsStatus, basis, denominator]
}
