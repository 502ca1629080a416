import ArgumentParser
import Civil
import Domain
import Postgres
import Registry
import Service

struct Reminders: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows who is to be reminded of what and why, and what became of it; asks for quiet.",
        subcommands: [Due.self, WhyReminded.self, Log.self, Load.self, Snooze.self, Decline.self, Settle.self])

    struct Due: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows the reminders that are due on a day, without sending one.")

        @Option(help: "The day, also one to come.")
        var date: String
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Desk.work { desk in
                let day = try parseDate(date)
                // Without the domain that mail is sent from, identities end with a name that no mail can have.
                let domain = desk.configuration.mailDomain ?? "mail-domain.invalid"
                let reminders = try await desk.pool.transaction(isolation: .repeatableRead, readOnly: true) {
                    transaction in
                    let ground = try await Registry.reminderGround(on: day, database: &transaction)
                    return ground.decision(mailDomain: domain).due(on: day, ground.facts)
                }
                if json {
                    print(Reminder.json(reminders))
                    return
                }
                var table = Table("UNIT", "FORM", "PERIOD", "DUE", "STEP", "TO", "NOTE")
                for reminder in reminders {
                    let recipients = reminder.recipients.map { "\($0.addressee.rawValue)\($0.isCopy ? " (copy)" : "")" }
                    let nobody = reminder.unreached.map { "no contact for \($0.rawValue)" }
                    table.add(
                        reminder.obligation.unit, reminder.obligation.form, reminder.obligation.period.code,
                        reminder.obligation.dueOn.description, reminder.step.rawValue,
                        recipients.joined(separator: ", "),
                        ((reminder.suppressed.map { ["held back: \($0.rawValue)"] } ?? []) + nobody
                            + (reminder.isDraft ? ["a letter, sent by a person"] : [])).joined(separator: "; "))
                }
                print(table.text(empty: "Nobody is to be reminded on \(day)."))
            }
        }
    }
}
