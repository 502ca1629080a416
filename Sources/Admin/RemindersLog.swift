import ArgumentParser
import Civil
import Domain
import Postgres
import Registry

extension Reminders {
    struct Log: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows the ledger: every notice and what became of it.")

        @Option(help: "Only of this unit, or answered by it.")
        var unit: String?
        @Option(help: "Only in this state: PLANNED, SENDING, SENT, FAILED, SUPPRESSED, BOUNCED or HELD.")
        var state: String?
        @Option(help: "Only planned for this day or later.")
        var from: String?
        @Option(help: "Only planned for this day or earlier.")
        var through: String?
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Desk.work { desk in
                var filter = NoticeFilter()
                filter.unit = unit
                filter.state = try state.map { word in
                    guard let state = NoticeState(rawValue: word.uppercased()) else {
                        throw ValidationError("'\(word)' is not a state of a notice.")
                    }
                    return state
                }
                filter.from = try from.map(parseDate)
                filter.through = try through.map(parseDate)
                let wanted = filter
                let log = try await desk.pool.withConnection { try await Registry.noticeLog(wanted, on: &$0) }
                if json {
                    print(JSONText.array(log.map(\.json)).text)
                    return
                }
                var table = Table("DAY", "UNIT", "FORM", "PERIOD", "STEP", "ROLE", "TO", "STATE", "REASON")
                for entry in log {
                    let plan = entry.notice.plan
                    table.add(
                        plan.plannedFor.description, entry.unit, entry.form, entry.period.code, plan.step.rawValue,
                        plan.addressee.rawValue, plan.recipient, entry.notice.state.rawValue, entry.notice.reason ?? "")
                }
                print(table.text(empty: "No such notices."))
            }
        }
    }

    struct Load: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows how many messages each municipality got in a year.")

        @Option(help: "The calendar year.")
        var year: Int
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Desk.work { desk in
                let loads = try await desk.pool.withConnection { try await Registry.mailLoad(in: year, on: &$0) }
                if json {
                    let rows = loads.map { load in
                        JSONText.object([
                            ("unit", JSONText(load.unit)), ("year", JSONText(year)),
                            ("messages", JSONText(load.messages)),
                            ("bounced", JSONText(load.bounced)), ("most_on_one_day", JSONText(load.mostOnOneDay)),
                        ])
                    }
                    print(JSONText.array(rows).text)
                    return
                }
                var table = Table("UNIT", "MESSAGES", "CAME BACK", "MOST A DAY AND ADDRESS")
                for load in loads {
                    table.add(load.unit, "\(load.messages)", "\(load.bounced)", "\(load.mostOnOneDay)")
                }
                print(table.text(empty: "Nobody got a message in \(year)."))
            }
        }
    }
}

extension Registry.LoggedNotice {
    var json: JSONText {
        let plan = notice.plan
        return .object([
            ("id", JSONText(notice.id)), ("unit", JSONText(unit)), ("responsible", JSONText(responsible)),
            ("form", JSONText(form)), ("period", JSONText(period.code)), ("step", JSONText(plan.step.rawValue)),
            ("role", JSONText(plan.addressee.rawValue)), ("due_version", JSONText(plan.dueVersion)),
            ("email", JSONText(plan.recipient)), ("message_id", JSONText(plan.messageID)),
            ("planned_for", JSONText(plan.plannedFor)), ("state", JSONText(notice.state.rawValue)),
            ("reason", notice.reason.json { JSONText($0) }), ("lease", notice.lease.json { JSONText($0) }),
            ("changed_at", JSONText(notice.changedAt)),
        ])
    }
}
