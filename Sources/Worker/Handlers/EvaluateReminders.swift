import Civil
import Domain
import Logging
import Postgres
import Queue
import Registry

/// The arguments of `reminders.evaluate`.
struct EvaluateRemindersArgs: Decodable, Sendable {
    /// The local day for which is decided; nil for today.
    let date: LocalDate?

    private enum CodingKeys: String, CodingKey {
        case date
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        date = try values.decodeIfPresent(.date, reading: { LocalDate(iso: $0) }, "a date such as 2020-01-16")
    }
}

/// `reminders.evaluate` decides which notices are due on a day, and plans each once in the ledger, together with the job
/// that sends it. An evaluation that comes late, since the workers were down, decides for the day on which it runs: of
/// what has piled up only the highest step goes out.
struct EvaluateReminders: Sendable {
    static let kind = "reminders.evaluate"

    /// How many days after its planning a notice without a job is still looked for.
    private static let strandedFor = 31

    let surroundings: Surroundings

    /// The job's output: what was decided. Notices planned by an earlier evaluation of the day are not counted.
    private struct Report: Encodable {
        let date: String
        /// Notices that are due.
        let due: Int
        /// The messages in which they go out.
        let messages: Int
        /// By reason, how many obligations get no notice though a step is due.
        let suppressed: [String: Int]
        /// The obligations for which a person has to send a formal letter, by form, period and unit.
        let letters: [String]
        /// Who cannot be reached, not even at a general address: by unit, then role.
        let unreached: [String]
    }

    func run(_ args: EvaluateRemindersArgs, _ context: JobContext) async throws -> Outcome {
        let domain = try surroundings.post.messageDomain()
        let (day, ground) = try await context.database.transaction(isolation: .repeatableRead, readOnly: true) {
            transaction in
            let today = surroundings.zone.date(at: try await surroundings.now(on: &transaction))
            let day = SendingDay.evaluated(args.date, today: today)
            return (day, try await Registry.reminderGround(on: day, database: &transaction))
        }
        let reminders = ground.decision(mailDomain: domain).due(on: day, ground.facts)
        let plans = ground.plans(for: reminders, on: day)
        let report = Self.report(on: day, reminders, plans)
        for unreached in report.unreached {
            context.logger.warning("nobody can be reminded: no contact", metadata: ["addressee": "\(unreached)"])
        }
        return try await context.complete(output: JSON(encoding: report)) { transaction in
            let numbers = try await Registry.planNotices(plans, in: &transaction)
            var enqueued: Set<String> = []
            for (plan, number) in zip(plans, numbers)
            where number != nil && enqueued.insert(plan.messageID).inserted {
                let args = try JSON(encoding: ["message_id": plan.messageID])
                _ = try await enqueue(
                    EnqueueRequest(kind: SendNotice.kind, args: args, uniqueKey: plan.messageID), on: &transaction)
            }
            // Notices whose job is gone, cancelled by hand or given up after an outage of the mail server longer than
            // its patience, get another one; the stop conditions decide anew whether they still go out.
            for messageID in try await Registry.stranded(
                plannedFrom: day.adding(days: -Self.strandedFor), on: &transaction)
            where enqueued.insert(messageID).inserted {
                let args = try JSON(encoding: ["message_id": messageID])
                _ = try await enqueue(
                    EnqueueRequest(kind: SendNotice.kind, args: args, uniqueKey: messageID), on: &transaction)
            }
        }
    }

    private static func report(on day: LocalDate, _ reminders: [Reminder], _ plans: [NoticePlan]) -> Report {
        var suppressed: [String: Int] = [:]
        for reason in reminders.compactMap(\.suppressed) { suppressed[reason.rawValue, default: 0] += 1 }
        let open = reminders.filter { $0.suppressed == nil }
        return Report(
            date: day.description, due: plans.count, messages: Set(plans.map(\.messageID)).count,
            suppressed: suppressed,
            letters: open.filter(\.isDraft).map {
                "\($0.obligation.form)/\($0.obligation.period)/\($0.obligation.unit)"
            },
            unreached: open.flatMap { reminder in
                reminder.unreached.map { "\(reminder.obligation.responsible)/\($0.rawValue)" }
            })
    }
}
