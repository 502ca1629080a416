import ArgumentParser
import Civil
import Domain
import Postgres
import Queue
import Registry

struct Recalculate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Has a plan's figures computed anew; the same inputs give the snapshot that is there already.")

    @OptionGroup var options: QuestionOptions
    @Option(help: "Why; it stays with the snapshot and in the audit trail.")
    var reason: String?
    @Flag(help: "Only say whether a new snapshot would come of it, and what would differ.")
    var dryRun = false
    @Flag(help: "Wait until the figures are there; exit code 2 unless the job is completed.")
    var wait = false
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Desk.work { desk in
            if dryRun {
                try await preview(desk)
                return
            }
            let answer = try await desk.pool.transaction { transaction in
                let (zone, today, _) = try await desk.surroundings(on: &transaction)
                let question = try options.question(zone: zone)
                // A question that cannot be answered is refused here and not by a job that nobody looks at.
                let dataSet = try await Registry.load(for: question, on: &transaction)
                _ = try Attainment.compute(question, in: dataSet, today: today, zone: zone)
                let answers = try await SnapshotRequests.enqueue(
                    [SnapshotRequest(question, reason: reason)], in: &transaction)
                guard let answer = answers.first else {
                    throw QueueError(.protocolViolation, "no job was enqueued")
                }
                try await audit(
                    "snapshot.request", object: "plan \(question.plan) \(question.period.code)", reason: reason,
                    after: JSON(JSONText.object([("job_id", JSONText(answer.jobID))]).text), in: &transaction)
                return answer
            }
            if !json { print("job \(answer.jobID): \(answer.outcome.rawValue)") }
            if wait {
                try await waitForJob(answer.jobID, desk: desk, json: json)
            } else if json {
                print(
                    JSONText.object([
                        ("job_id", JSONText(answer.jobID)), ("outcome", JSONText(answer.outcome.rawValue)),
                    ]).text)
            }
        }
    }

    /// Computes without writing and compares with the newest stored snapshot of the same plan and period.
    private func preview(_ desk: Desk) async throws {
        let attainment = try await desk.attainment { try options.question(zone: $0) }
        let stored = try await desk.pool.withConnection { connection in
            try await Registry.snapshots(of: options.plan, for: attainment.question.period, on: &connection)
        }
        let isKnown = stored.contains { $0.hash == attainment.snapshot }
        let newest = stored.first
        if json {
            print(
                JSONText.object([
                    ("snapshot", JSONText(attainment.snapshot)), ("changes", JSONText(!isKnown)),
                    ("newest", newest.json { JSONText($0.hash) }),
                ]).text)
            return
        }
        if isKnown {
            print("No change: snapshot \(attainment.snapshot) is there already.")
        } else {
            print("A new snapshot would be stored: \(attainment.snapshot)")
            print(newest.map { "The newest one stored is \($0.hash), of \($0.computedAt)." } ?? "There is none yet.")
            print(AttainmentText(attainment).text)
        }
    }
}
