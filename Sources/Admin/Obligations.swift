import ArgumentParser
import Civil
import Domain
import Postgres
import Registry

struct Obligations: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists who owes which form by when, extends and waives.",
        subcommands: [List.self, Extend.self, Waive.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists obligations with what has become of them.")

        @Option(help: "Only this period.")
        var period: String?
        @Option(help: "Only this form.")
        var form: String?
        @Option(help: "Only this unit.")
        var unit: String?
        @Option(help: "Only forms of this plan.")
        var plan: String?
        @Flag(help: "Only those that are still wanted.")
        var outstanding = false
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Desk.work { desk in
                var filter = ObligationFilter()
                filter.period = try period.map { code in
                    guard let period = Period(code: code) else { throw ValidationError("'\(code)' is not a period.") }
                    return period
                }
                filter.form = form
                filter.unit = unit
                filter.plan = plan
                filter.onlyOutstanding = outstanding
                let wanted = filter
                let (records, today) = try await desk.pool.withConnection { connection in
                    let (_, today, _) = try await desk.surroundings(on: &connection)
                    return (try await Registry.obligations(wanted, on: &connection), today)
                }
                if json {
                    print(JSONText.array(records.map { $0.json(on: today) }).text)
                    return
                }
                var table = Table("ID", "PERIOD", "FORM", "UNIT", "RESPONSIBLE", "DUE", "GRACE", "STATE")
                for record in records {
                    table.add(
                        "\(record.id)", record.period.code, record.form, record.unit, record.responsible,
                        record.dueOn.description, record.graceUntil.description, record.state(on: today))
                }
                print(table.text(empty: "No such obligations."))
            }
        }
    }

    struct Extend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Gives an obligation a later due date.")

        @Argument(help: "The obligation's number.")
        var id: Int64
        @Option(help: "The new due date.")
        var until: String
        @Option(help: "Why.")
        var reason: String

        func run() async throws {
            try await Desk.work { desk in
                let day = try parseDate(until)
                try await desk.pool.transaction {
                    try await Registry.extendObligation(id, until: day, reason: reason, in: &$0)
                }
                print("obligation \(id): due \(day)")
            }
        }
    }

    struct Waive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Waives an obligation.")

        @Argument(help: "The obligation's number.")
        var id: Int64
        @Option(help: "Why.")
        var reason: String

        func run() async throws {
            try await Desk.work { desk in
                try await desk.pool.transaction { try await Registry.waiveObligation(id, reason: reason, in: &$0) }
                print("obligation \(id): waived")
            }
        }
    }
}

extension ObligationRecord {
    /// Where it stands on a day, in the words of `docs/domain.md`.
    func state(on day: LocalDate) -> String {
        if waivedReason != nil { return "WAIVED" }
        if acceptedAt != nil { return "ACCEPTED" }
        switch latest?.status {
        case .received: return "SUBMITTED"
        case .returned: return "RETURNED"
        case .accepted, nil: break
        }
        if day < opensOn { return "PLANNED" }
        return day > dueOn ? "OVERDUE" : "OPEN"
    }

    func json(on day: LocalDate) -> JSONText {
        .object([
            ("id", JSONText(id)), ("form", JSONText(form)), ("period", JSONText(period.code)), ("unit", JSONText(unit)),
            ("responsible", JSONText(responsible)), ("opens_on", JSONText(opensOn)), ("due_on", JSONText(dueOn)),
            ("grace_until", JSONText(graceUntil)), ("due_version", JSONText(dueVersion)),
            ("state", JSONText(state(on: day))), ("accepted_at", acceptedAt.json { JSONText($0) }),
            ("waived_reason", waivedReason.json { JSONText($0) }),
        ])
    }
}
