import ArgumentParser
import Civil
import Domain
import Postgres
import Registry
import Service

extension Reminders {
    struct WhyReminded: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "why",
            abstract: "Explains why a unit is or is not reminded on a day: policy, step, arithmetic, contacts, mail.")

        @Argument(help: "The unit that owes, or that answers.")
        var unit: String
        @Option(help: "The day, also one to come (default: today).")
        var date: String?
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Desk.work { desk in
                let asked = try date.map(parseDate)
                let (day, explained, log) = try await desk.pool.transaction(isolation: .repeatableRead, readOnly: true)
                {
                    transaction in
                    let (_, today, _) = try await desk.surroundings(on: &transaction)
                    let day = asked ?? today
                    let ground = try await Registry.reminderGround(on: day, database: &transaction)
                    let decision = ground.decision(mailDomain: desk.configuration.mailDomain ?? "mail-domain.invalid")
                    let explained = ground.facts
                        .filter { $0.obligation.unit == unit || $0.obligation.responsible == unit }
                        .map { decision.explain($0, on: day) }
                    var filter = NoticeFilter()
                    filter.unit = unit
                    return (day, explained, try await Registry.noticeLog(filter, on: &transaction))
                }
                let entries = explained.map { Explained(explanation: $0, day: day, log: log) }
                if json {
                    print(JSONText.array(entries.map(\.json)).text)
                } else if entries.isEmpty {
                    print("Unit \(unit) owes nothing whose window is open on \(day).")
                } else {
                    print(entries.map(\.text).joined(separator: "\n\n"))
                }
            }
        }
    }
}

/// An explanation with what the ledger says of its obligation.
private struct Explained {
    let explanation: ReminderExplanation
    let day: LocalDate
    let mail: [Registry.LoggedNotice]

    init(explanation: ReminderExplanation, day: LocalDate, log: [Registry.LoggedNotice]) {
        self.explanation = explanation
        self.day = day
        let obligation = explanation.facts.obligation
        mail = log.filter {
            $0.unit == obligation.unit && $0.form == obligation.form && $0.period == obligation.period
        }
    }

    private var obligation: Obligation { explanation.facts.obligation }

    /// What it comes to, in a sentence.
    private var verdict: String {
        guard let step = explanation.step else { return "no step of the ladder is in force on \(day)" }
        if let stop = explanation.stop { return "\(step.rawValue) is in force, and held back: \(stop.rawValue)" }
        if explanation.addressing.allSatisfy(\.isPlanned) { return "\(step.rawValue) is in force, and planned already" }
        return "\(step.rawValue) is due"
    }

    var text: String {
        var lines = [
            "\(obligation.form) \(obligation.period) of \(obligation.unit), answered by \(obligation.responsible): \(verdict)",
            "  due \(obligation.dueOn) (version \(explanation.facts.dueVersion)), window from \(obligation.opensOn), grace until \(obligation.graceUntil)",
        ]
        if !explanation.isAdoptionKnown {
            lines.append(
                "  adoption of moved days in \(day.year) unknown: a day counts only if it is worked in any case")
        }
        for rung in explanation.ladder {
            let exceptions = rung.exceptions.map { "\($0.day) \($0.kind.rawValue)" }
            lines.append(
                "  \(rung.step == explanation.step ? "→" : " ") \(rung.step.rawValue) from \(rung.day): \(rung.counting)"
                    + (exceptions.isEmpty ? "" : "; between: \(exceptions.joined(separator: ", "))"))
        }
        if let through = explanation.facts.snoozedThrough { lines.append("  quiet asked for through \(through)") }
        for one in explanation.addressing { lines.append("  \(Self.words(one))") }
        for entry in mail {
            let notice = entry.notice
            lines.append(
                "  mail: \(notice.plan.step.rawValue) to \(notice.plan.addressee.rawValue) v\(notice.plan.dueVersion), planned for \(notice.plan.plannedFor): \(notice.state.rawValue)"
                    + (notice.reason.map { " (\($0))" } ?? ""))
        }
        return lines.joined(separator: "\n")
    }

    private static func words(_ one: ReminderExplanation.Addressing) -> String {
        var words = "\(one.isCopy ? "copy to" : "to") \(one.addressee.rawValue): "
        guard let contact = one.contact else { return words + "no contact, nor a general address: the region is told" }
        words += contact.email
        if one.isStandIn { words += ", the \(contact.role.rawValue) address, which stands in" }
        if one.hasDeclined { words += ", has declined courtesies" }
        if one.isPlanned { words += ", planned already" }
        return words
    }

    var json: JSONText {
        .object([
            ("unit", JSONText(obligation.unit)), ("form", JSONText(obligation.form)),
            ("period", JSONText(obligation.period.code)), ("responsible", JSONText(obligation.responsible)),
            ("date", JSONText(day)), ("due_on", JSONText(obligation.dueOn)),
            ("due_version", JSONText(explanation.facts.dueVersion)), ("opens_on", JSONText(obligation.opensOn)),
            ("grace_until", JSONText(obligation.graceUntil)), ("adoption_known", JSONText(explanation.isAdoptionKnown)),
            (
                "ladder",
                .array(
                    explanation.ladder.map { rung in
                        .object([
                            ("step", JSONText(rung.step.rawValue)), ("from", JSONText(rung.day)),
                            ("counting", JSONText(rung.counting)),
                            (
                                "exceptions",
                                .array(
                                    rung.exceptions.map {
                                        .object([("date", JSONText($0.day)), ("kind", JSONText($0.kind.rawValue))])
                                    })
                            ),
                        ])
                    })
            ),
            ("step", explanation.step.json { JSONText($0.rawValue) }),
            ("stop", explanation.stop.json { JSONText($0.rawValue) }),
            ("snoozed_through", explanation.facts.snoozedThrough.json { JSONText($0) }),
            (
                "recipients",
                .array(
                    explanation.addressing.map { one in
                        .object([
                            ("role", JSONText(one.addressee.rawValue)), ("copy", JSONText(one.isCopy)),
                            ("email", one.contact.json { JSONText($0.email) }), ("stand_in", JSONText(one.isStandIn)),
                            ("declined", JSONText(one.hasDeclined)), ("planned", JSONText(one.isPlanned)),
                        ])
                    })
            ),
            ("mail", .array(mail.map(\.json))),
        ])
    }
}
