import Civil
import Domain
import Rendering

/// Notices of the sample municipality.
enum NoticeSample {
    static let talsi = NoticeContent.Respondent(
        nominative: "Talsu novads", genitive: "Talsu novada", dative: "Talsu novadam", accusative: "Talsu novadu",
        isMunicipality: true)
    static let sender = NoticeContent.Sender(
        organisation: "Kurzemes plānošanas reģions", subjectTag: "KPR DI", contactEmail: "dati@region.example.lv")

    static func duty(_ form: String = "DI plāna uzraudzība", _ period: String = "2025-H2", due: String = "2026-01-16")
        -> NoticeContent.Duty
    {
        .init(respondent: talsi, form: form, period: Period(code: period)!, due: LocalDate(iso: due)!)
    }

    static func content(
        _ step: NoticeStep, _ language: Language = .latvian, today: String = "2026-01-15",
        duties: [NoticeContent.Duty] = [duty()]
    ) -> NoticeContent {
        NoticeContent(step: step, language: language, today: LocalDate(iso: today)!, duties: duties, sender: sender)
    }
}
