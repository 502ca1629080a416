// The columns of each file, named once. `docs/domain.md` says what they mean.

/// The columns of `units.csv`.
enum UnitColumns {
    static let code = Column(0, "code", .code)
    static let name = Column(1, "name", .text)
    static let nameGen = Column(2, "name_gen", .text)
    static let nameDat = Column(3, "name_dat", .text)
    static let nameAcc = Column(4, "name_acc", .text)
    static let type = Column(5, "type", .text)
    static let validFrom = Column(6, "valid_from", .date)
    static let validTo = Column(7, "valid_to", .date, isNullable: true)
    static let all = [code, name, nameGen, nameDat, nameAcc, type, validFrom, validTo]
}

/// The columns of `successions.csv`.
enum SuccessionColumns {
    static let predecessor = Column(0, "predecessor", .code)
    static let successor = Column(1, "successor", .code)
    static let effectiveOn = Column(2, "effective_on", .date)
    static let share = Column(3, "share", .decimal)
    static let all = [predecessor, successor, effectiveOn, share]
}

/// The columns of `plans.csv`.
enum PlanColumns {
    static let plan = Column(0, "plan", .code)
    static let name = Column(1, "name", .text)
    static let pathStart = Column(2, "path_start", .date)
    static let targetDate = Column(3, "target_date", .date)
    static let all = [plan, name, pathStart, targetDate]
}

/// The columns of `plan_versions.csv`.
enum PlanVersionColumns {
    static let plan = Column(0, "plan", .code)
    static let version = Column(1, "version", .integer)
    static let title = Column(2, "title", .text)
    static let approvedOn = Column(3, "approved_on", .date, isNullable: true)
    static let effectiveFrom = Column(4, "effective_from", .date)
    static let approvedBy = Column(5, "approved_by", .text)
    static let technicalOnly = Column(6, "technical_only", .boolean)
    static let all = [plan, version, title, approvedOn, effectiveFrom, approvedBy, technicalOnly]
}

/// The columns of `memberships.csv`.
enum MembershipColumns {
    static let plan = Column(0, "plan", .code)
    static let unit = Column(1, "unit", .code)
    static let role = Column(2, "role", .text)
    static let validFrom = Column(3, "valid_from", .date)
    static let validTo = Column(4, "valid_to", .date, isNullable: true)
    static let all = [plan, unit, role, validFrom, validTo]
}

/// The columns of `indicators.csv`.
enum IndicatorColumns {
    static let indicator = Column(0, "indicator", .code)
    static let name = Column(1, "name", .text)
    static let nameEn = Column(2, "name_en", .text)
    static let kind = Column(3, "kind", .text)
    static let unit = Column(4, "unit", .text)
    static let direction = Column(5, "direction", .text)
    static let targetGroup = Column(6, "target_group", .text)
    static let all = [indicator, name, nameEn, kind, unit, direction, targetGroup]
}

/// The columns of `targets.csv`.
enum TargetColumns {
    static let plan = Column(0, "plan", .code)
    static let version = Column(1, "version", .integer)
    static let indicator = Column(2, "indicator", .code)
    static let unit = Column(3, "unit", .code, isNullable: true)
    static let targetDate = Column(4, "target_date", .date)
    static let kind = Column(5, "kind", .text)
    static let value = Column(6, "value", .decimal, isNullable: true)
    static let baseline = Column(7, "baseline", .decimal, isNullable: true)
    static let all = [plan, version, indicator, unit, targetDate, kind, value, baseline]
}

/// The columns of `forms.csv`.
enum FormColumns {
    static let form = Column(0, "form", .code)
    static let name = Column(1, "name", .text)
    static let recurrence = Column(2, "recurrence", .text)
    static let dueWorkingDays = Column(3, "due_working_days", .integer)
    static let graceWorkingDays = Column(4, "grace_working_days", .integer)
    static let role = Column(5, "role", .text, isOptional: true, isNullable: true)
    static let all = [form, name, recurrence, dueWorkingDays, graceWorkingDays, role]
}

/// The columns of `form_indicators.csv`.
enum FormIndicatorColumns {
    static let form = Column(0, "form", .code)
    static let indicator = Column(1, "indicator", .code)
    static let all = [form, indicator]
}

/// The columns of `contacts.csv`.
enum ContactColumns {
    static let unit = Column(0, "unit", .code)
    static let role = Column(1, "role", .text)
    static let email = Column(2, "email", .text)
    static let language = Column(3, "language", .text)
    static let validFrom = Column(4, "valid_from", .date)
    static let validTo = Column(5, "valid_to", .date, isNullable: true)
    static let all = [unit, role, email, language, validFrom, validTo]
}

/// The columns of `calendar.csv`.
enum CalendarColumns {
    static let calendar = Column(0, "calendar", .code)
    static let date = Column(1, "date", .date)
    static let kind = Column(2, "kind", .text)
    static let name = Column(3, "name", .text)
    static let knownSince = Column(4, "known_since", .date, isNullable: true)
    static let all = [calendar, date, kind, name, knownSince]
}

/// The columns of `calendar_adoptions.csv`.
enum CalendarAdoptionColumns {
    static let unit = Column(0, "unit", .code)
    static let year = Column(1, "year", .integer)
    static let adoptsMovedDays = Column(2, "adopts_moved_days", .boolean)
    static let all = [unit, year, adoptsMovedDays]
}

/// The columns of `submissions.csv`.
enum SubmissionColumns {
    static let unit = Column(0, "unit", .code)
    static let form = Column(1, "form", .code)
    static let period = Column(2, "period", .code)
    static let version = Column(3, "version", .integer)
    static let receivedAt = Column(4, "received_at", .instant)
    static let status = Column(5, "status", .text)
    static let isNil = Column(6, "nil", .boolean)
    static let all = [unit, form, period, version, receivedAt, status, isNil]
}

/// The columns of `observations.csv`.
enum ObservationColumns {
    static let unit = Column(0, "unit", .code)
    static let form = Column(1, "form", .code)
    static let period = Column(2, "period", .code)
    static let version = Column(3, "version", .integer)
    static let indicator = Column(4, "indicator", .code)
    static let value = Column(5, "value", .decimal, isNullable: true)
    static let obsStatus = Column(6, "obs_status", .text)
    static let basis = Column(7, "basis", .text, isOptional: true, isNullable: true)
    static let denominator = Column(8, "denominator", .decimal, isOptional: true, isNullable: true)
    static let all = [unit, form, period, version, indicator, value, obsStatus, basis, denominator]
}

/// The columns of `framework.csv`.
enum FrameworkColumns {
    static let plan = Column(0, "plan", .code)
    static let priority = Column(1, "priority", .code)
    static let indicator = Column(2, "indicator", .code)
    static let kind = Column(3, "kind", .text)
    static let all = [plan, priority, indicator, kind]
}

/// The columns of `adjustments.csv`.
enum AdjustmentColumns {
    static let plan = Column(0, "plan", .code)
    static let indicator = Column(1, "indicator", .code)
    static let period = Column(2, "period", .code)
    static let delta = Column(3, "delta", .decimal)
    static let reason = Column(4, "reason", .text)
    static let all = [plan, indicator, period, delta, reason]
}

/// The columns of `contradictions.csv`.
enum ContradictionColumns {
    static let plan = Column(0, "plan", .code)
    static let indicator = Column(1, "indicator", .code)
    static let value = Column(2, "value", .text)
    static let source = Column(3, "source", .text)
    static let publishedOn = Column(4, "published_on", .date, isNullable: true)
    static let note = Column(5, "note", .text)
    static let all = [plan, indicator, value, source, publishedOn, note]
}
