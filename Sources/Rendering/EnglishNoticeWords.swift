import Civil
import Domain

/// A notice's words in English; units keep their Latvian names.
struct EnglishNoticeWords: NoticeWords {
    func fields(of duty: NoticeContent.Duty, today: LocalDate) -> TemplateFields {
        [
            "respondent": .text(
                duty.respondent.isMunicipality
                    ? "the municipality of \(duty.respondent.nominative)" : duty.respondent.nominative),
            "form": .text(duty.form),
            "period": .text(EnglishText.period(duty.period)),
            "periodFirstDay": .text(EnglishText.date(duty.period.firstDay)),
            "periodLastDay": .text(EnglishText.date(duty.period.lastDay)),
            "due": .text(EnglishText.date(duty.due)),
            "dueWeekday": .text(EnglishText.weekday(duty.due)),
            "dueWhen": .text(EnglishText.when(duty.due, from: today)),
            "isOverdue": .flag(duty.due < today),
        ]
    }

    func fields(commonPeriod: Period?) -> TemplateFields {
        ["commonPeriod": .optional(commonPeriod.map(EnglishText.period))]
    }

    func fields(forms count: Int) -> TemplateFields {
        [
            "forms": .text(EnglishText.count(count, "form", "forms")),
            "have": .text(count == 1 ? "has" : "have"),
        ]
    }

    func fields(today: LocalDate, newDeadline: LocalDate?) -> TemplateFields {
        [
            "today": .text(EnglishText.date(today)),
            "newDeadline": .optional(newDeadline.map(EnglishText.date)),
            "newDeadlineWeekday": .optional(newDeadline.map(EnglishText.weekday)),
        ]
    }

    func shortDate(_ date: LocalDate) -> String { EnglishText.date(date) }

    func daysLeft(_ count: Int) -> String { EnglishText.count(count, "working day is", "working days are") + " left" }

    func remindersSent(_ count: Int) -> String {
        EnglishText.count(count, "reminder has", "reminders have") + " been sent"
    }

    func audience(_ audience: [NoticeAudience]) -> String {
        let names = audience.map { role in
            switch role {
            case .submitter: "the data submitter"
            case .head: "the head of the social service"
            case .executive: "the executive director"
            case .chair: "the chair of the council"
            case .general: "the municipality's general address"
            case .region: "the planning region"
            }
        }
        guard let last = names.last, names.count > 1 else { return names.joined() }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }
}
