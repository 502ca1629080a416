import Civil
import Domain
import Mail
import Postgres
import Registry
import Rendering

/// Everything that one message of notices is written from, read in the transaction that marks them as sending.
struct NoticeMessage: Sendable {
    /// The notices, at least one; all to one address.
    let notices: [Registry.ClaimedNotice]
    /// The local day on which it goes out.
    let day: LocalDate
    /// The instant at which it goes out.
    let now: Timestamp
    /// The units whose figures are owed, by code.
    let units: [String: OrgUnit]
    /// The names of the forms, by code.
    let forms: [String: String]
    /// The planning region in whose name it is written.
    let region: OrgUnit?
    /// The monitored address of the region; nil where it has none.
    let regionAddress: String?
    /// The ids of what went to the same address about the same obligations before, oldest first.
    let references: [String]
    /// The prefilled forms that go along; none with a copy, nor to the region.
    let attachments: [MailMessage.Attachment]

    /// Reads what is needed beside the notices themselves.
    static func gather(
        _ notices: [Registry.ClaimedNotice], day: LocalDate, now: Timestamp, in transaction: inout Transaction
    ) async throws -> NoticeMessage {
        let units = try await Registry.units(
            Array(Set(notices.map(\.obligation.unit))), on: day, database: &transaction)
        let forms = try await Registry.forms(Array(Set(notices.map(\.obligation.form))), on: &transaction)
        let region = try await Registry.regions(on: day, database: &transaction).first
        var contacts: [Contact] = []
        if let region {
            contacts = try await Registry.contacts(of: [region.code], on: day, database: &transaction)
        }
        let ledger = try await Registry.notices(
            ofObligations: notices.map(\.obligation.id), on: &transaction)
        let recipient = notices[0].notice.plan.recipient
        let current = notices[0].notice.plan.messageID
        var references: [String] = []
        for notice in ledger
        where notice.plan.recipient == recipient && notice.plan.messageID != current
            && (notice.state == .sent || notice.state == .bounced) && !references.contains(notice.plan.messageID)
        {
            references.append(notice.plan.messageID)
        }
        var attachments: [MailMessage.Attachment] = []
        for claimed in notices where !isCopy(claimed.notice.plan) && claimed.notice.plan.addressee != .region {
            let obligation = claimed.obligation
            attachments.append(
                MailMessage.Attachment(
                    fileName: fileName(of: obligation), mediaType: "text/csv; charset=utf-8",
                    content: try await Registry.prefilledForm(of: obligation, on: &transaction)))
        }
        return NoticeMessage(
            notices: notices, day: day, now: now,
            units: Dictionary(units.map { ($0.code, $0) }) { first, _ in first },
            forms: Dictionary(forms.map { ($0.form, $0.name) }) { first, _ in first }, region: region,
            regionAddress: (contacts.first { $0.role == .general } ?? contacts.first)?.email, references: references,
            attachments: attachments)
    }

    /// The message as it is sent.
    ///
    /// - Throws: `MailError`, `RenderingError`.
    func message(from sender: MailAddress, renderer: NoticeRenderer, zone: ZoneRules) throws -> MailMessage {
        let plan = notices[0].notice.plan
        let content = try content(sender: sender)
        let rendered = try renderer.render(content)
        let replyTo = try regionAddress.map { try MailAddress($0) } ?? sender
        // Bounces come back to an address that says which notice they are about; a long role address leaves no room.
        let returnPath = (try? BounceAddress.address(of: "n\(notices[0].notice.id)", at: sender)) ?? sender
        return MailMessage(
            from: try MailAddress(sender.address, name: region?.name), to: try MailAddress(plan.recipient),
            replyTo: replyTo, returnPath: returnPath, subject: rendered.subject, date: now,
            zoneOffset: zone.offset(at: now), messageID: plan.messageID, references: references,
            unsubscribe: content.canOptOut
                ? MailMessage.Unsubscribe(address: replyTo, subject: "unsubscribe \(plan.messageID)") : nil,
            language: plan.language.rawValue, text: rendered.text, html: rendered.html,
            attachments: attachments)
    }

    /// What the message says. Where it holds notices of several steps, it speaks in the words of the mildest: nobody is
    /// told to be late who is not.
    private func content(sender: MailAddress) throws -> NoticeContent {
        let plan = notices[0].notice.plan
        let step = notices.map(\.notice.plan.step).min() ?? plan.step
        let rule = ReminderPolicy.standard.rules.first { $0.step == step }
        let grace = notices.map(\.obligation.graceUntil).min()
        return NoticeContent(
            step: NoticeStep(rawValue: step.rawValue) ?? .overdue, language: plan.language, today: day,
            duties: notices.map { duty($0.obligation) },
            newDeadline: step == .overdue ? grace.flatMap { $0 > day ? $0 : nil } : nil,
            alsoSentTo: ((rule?.to ?? []) + (rule?.copies ?? [])).filter { $0 != plan.addressee }
                .compactMap { NoticeAudience(rawValue: $0.rawValue) },
            isCopy: Self.isCopy(plan), hasFormAttached: !attachments.isEmpty, canOptOut: !(rule?.isMandatory ?? true),
            sender: NoticeContent.Sender(
                organisation: region?.name ?? sender.address, subjectTag: subjectTag,
                contactEmail: regionAddress ?? sender.address))
    }

    /// Whether a notice is a copy of what others are asked.
    private static func isCopy(_ plan: NoticePlan) -> Bool {
        ReminderPolicy.standard.rules.first { $0.step == plan.step }?.copies.contains(plan.addressee) ?? false
    }

    /// `DI-1_0051000_2025-H2_v1.csv`; what cannot stand in a file's name is left out.
    private static func fileName(of obligation: ObligationRecord) -> String {
        let name = "\(obligation.form)_\(obligation.unit)_\(obligation.period.code)_v\(obligation.dueVersion)"
        return name.filter { $0.isLetter || $0.isNumber || "-_.".contains($0) } + ".csv"
    }

    private func duty(_ obligation: ObligationRecord) -> NoticeContent.Duty {
        let unit = units[obligation.unit]
        return NoticeContent.Duty(
            respondent: NoticeContent.Respondent(
                nominative: unit?.name ?? obligation.unit, genitive: unit?.nameGen ?? obligation.unit,
                dative: unit?.nameDat ?? obligation.unit, accusative: unit?.nameAcc ?? obligation.unit,
                isMunicipality: unit.map { $0.type == .novads || $0.type == .city } ?? false),
            form: forms[obligation.form] ?? obligation.form, period: obligation.period, due: obligation.dueOn)
    }

    /// The region's initials and what the letters are about, `KPR DI`.
    private var subjectTag: String {
        let initials = (region?.name ?? "").split(separator: " ").compactMap(\.first).map { $0.uppercased() }
        return (initials + [" DI"]).joined().trimmingPrefix(" ").description
    }
}
