import Civil
import Domain

/// A notice's words in Latvian.
struct LatvianNoticeWords: NoticeWords {
    func fields(of duty: NoticeContent.Duty, today: LocalDate) -> TemplateFields {
        let unit = duty.respondent
        // A municipality is spoken of as such; an institution by its own name.
        func respondent(_ ownCase: String, _ noun: String) -> TemplateFields.Value {
            .text(unit.isMunicipality ? "\(unit.genitive) \(noun)" : ownCase)
        }
        return [
            "respondentNominative": respondent(unit.nominative, "pašvaldība"),
            "respondentGenitive": respondent(unit.genitive, "pašvaldības"),
            "respondentDative": respondent(unit.dative, "pašvaldībai"),
            "respondentAccusative": respondent(unit.accusative, "pašvaldību"),
            "form": .text(duty.form),
            "periodNominative": .text(LatvianPeriod.nominative(duty.period)),
            "periodGenitive": .text(LatvianPeriod.genitive(duty.period)),
            "periodAccusative": .text(LatvianPeriod.accusative(duty.period)),
            "periodLocative": .text(LatvianPeriod.locative(duty.period)),
            "periodFirstDay": .text(LatvianDate.short(duty.period.firstDay)),
            "periodLastDay": .text(LatvianDate.short(duty.period.lastDay)),
            "dueLong": .text(LatvianDate.long(duty.due)),
            "dueDative": .text(LatvianDate.dative(duty.due)),
            "dueLocative": .text(LatvianDate.locative(duty.due)),
            "dueShort": .text(LatvianDate.short(duty.due)),
            "dueWeekday": .text(LatvianDate.weekday(duty.due)),
            "dueWeekdayDative": .text(LatvianDate.weekdayDative(duty.due)),
            "dueWhen": .text(LatvianDate.when(duty.due, from: today)),
            "isOverdue": .flag(duty.due < today),
        ]
    }

    func fields(commonPeriod: Period?) -> TemplateFields {
        [
            "commonPeriodAccusative": .optional(commonPeriod.map(LatvianPeriod.accusative)),
            "commonPeriodGenitive": .optional(commonPeriod.map(LatvianPeriod.genitive)),
        ]
    }

    func fields(forms count: Int) -> TemplateFields {
        [
            "formsNominative": .text(LatvianPlural.phrase(count, one: "veidlapa", other: "veidlapas")),
            "formsAccusative": .text(LatvianPlural.phrase(count, one: "veidlapu", other: "veidlapas")),
            "received": .text(LatvianPlural.form(count, one: "saņemta", other: "saņemtas")),
        ]
    }

    func fields(today: LocalDate, newDeadline: LocalDate?) -> TemplateFields {
        [
            "todayLong": .text(LatvianDate.long(today)),
            "todayDative": .text(LatvianDate.dative(today)),
            "newDeadlineDative": .optional(newDeadline.map(LatvianDate.dative)),
            "newDeadlineWeekdayDative": .optional(newDeadline.map(LatvianDate.weekdayDative)),
        ]
    }

    func shortDate(_ date: LocalDate) -> String { LatvianDate.short(date) }

    func daysLeft(_ count: Int) -> String {
        LatvianPlural.form(count, one: "atlikusi ", other: "atlikušas ")
            + LatvianPlural.phrase(count, one: "darba diena", other: "darba dienas")
    }

    func remindersSent(_ count: Int) -> String {
        LatvianPlural.form(count, one: "nosūtīts ", other: "nosūtīti ")
            + LatvianPlural.phrase(count, one: "atgādinājums", other: "atgādinājumi")
    }

    func audience(_ audience: [NoticeAudience]) -> String {
        Self.joined(
            audience.map { role in
                switch role {
                case .submitter: "datu iesniedzējam"
                case .head: "sociālā dienesta vadītājam"
                case .executive: "pašvaldības izpilddirektoram"
                case .chair: "domes priekšsēdētājam"
                case .general: "pašvaldībai uz tās kopējo e-pasta adresi"
                case .region: "plānošanas reģionam"
                }
            })
    }

    /// `a, b un c`
    static func joined(_ parts: [String]) -> String {
        guard let last = parts.last, parts.count > 1 else { return parts.joined() }
        return parts.dropLast().joined(separator: ", ") + " un " + last
    }
}
