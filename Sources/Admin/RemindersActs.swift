import ArgumentParser
import Civil
import Postgres
import Queue
import Registry

extension Reminders {
    struct Snooze: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Asks for quiet: nothing is sent to a unit through a day.",
            discussion: "For what has been settled by telephone. A later call takes the place of an earlier one.")

        @Argument(help: "The unit's code.")
        var unit: String
        @Option(help: "The last day of the quiet; one that is over ends it.")
        var until: String
        @Option(help: "Why, such as 'handled by phone'.")
        var reason: String

        func run() async throws {
            try await Desk.work { desk in
                let day = try parseDate(until)
                try await desk.pool.transaction {
                    try await Registry.snooze(unit, through: day, reason: reason, in: &$0)
                }
                print("unit \(unit): no reminders through \(day)")
            }
        }
    }

    struct Decline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Notes that an address wants no reminders before the last call (S1, S2).")

        @Argument(help: "The address.")
        var email: String
        @Option(help: "Why, or how it was asked for.")
        var reason: String
        @Flag(help: "Take it back: the address gets them again.")
        var undo = false

        func run() async throws {
            try await Desk.work { desk in
                let isChanged = try await desk.pool.transaction {
                    try await Registry.decline(courtesiesTo: email, !undo, reason: reason, in: &$0)
                }
                print(isChanged ? (undo ? "gets S1 and S2 again" : "gets no S1 and S2 any more") : "no change")
            }
        }
    }

    struct Settle: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decides about a message that is held since nobody could know whether it had been sent.")

        @Argument(help: "The Message-ID, without angle brackets.")
        var message: String
        @Flag(help: "What is to be: it arrived, it is to be sent again, or it is not.")
        var verdict: HeldVerdict
        @Option(help: "Why, such as 'they have it, asked by phone'.")
        var reason: String

        func run() async throws {
            try await Desk.work { desk in
                let count = try await desk.pool.transaction { transaction in
                    let count = try await Registry.settleHeld(
                        message: message, verdict, reason: reason, in: &transaction)
                    if verdict == .resend {
                        _ = try await enqueue(
                            EnqueueRequest(
                                kind: "notice.send",
                                args: JSON(JSONText.object([("message_id", JSONText(message))]).text),
                                uniqueKey: message), on: &transaction)
                    }
                    return count
                }
                print("\(message): \(count) held, \(verdict.rawValue)")
            }
        }
    }
}

extension HeldVerdict: EnumerableFlag {}
