import ArgumentParser
import Civil
import Domain
import Postgres
import Queue
import Registry

struct Recalculate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Has figures computed anew: of a plan and period, of a whole plan, or of everything.",
        discussion: """
            The same inputs give the snapshot that is there already. Each plan and period is a job of its own, so that \
            one plan's trouble is not another's; requests for the same scope that has not run yet are one job. An \
            archived report never changes: other figures propose its next revision.
            """)

    @Option(help: "The plan's code; without it every plan.")
    var plan: String?
    @Option(help: "The period: 2019, 2019-H2, 2019-Q4 or 2019-07; without it every period on record.")
    var period: String?
    @Option(help: "The date as of which is asked, within the period; without it the period's last day.")
    var asOf: String?
    @Option(help: "Only what was known at this instant (with offset) or at the end of this day.")
    var knownAt: String?
    @Option(help: "Whose targets: AT_PERIOD_END, AT_REPORT_DATE, ORIGINAL or FIXED:n.")
    var targetBasis = "AT_PERIOD_END"
    @Option(help: "Which map: 'reported', or a date whose units are shown.")
    var vintage = "reported"
    @Option(help: "Why; it stays with the snapshot and in the audit trail.")
    var reason: String?
    @Flag(help: "Only say which snapshots and reports would change, and by how much.")
    var dryRun = false
    @Flag(help: "Wait until the figures are there; exit code 2 unless every job is completed.")
    var wait = false
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if period != nil, plan == nil { throw ValidationError("A period is one of a plan: give --plan too.") }
        let isPlain = asOf == nil && knownAt == nil && targetBasis == "AT_PERIOD_END" && vintage == "reported"
        if period == nil, !isPlain {
            throw ValidationError("--as-of, --known-at, --target-basis and --vintage belong to one --period.")
        }
    }

    func run() async throws {
        try await Desk.work { desk in
            if dryRun {
                let preview = try await desk.pool.transaction(isolation: .repeatableRead, readOnly: true) {
                    transaction in
                    let (zone, today, _) = try await desk.surroundings(on: &transaction)
                    let questions = try await questions(zone: zone, on: &transaction)
                    return try await RecalculationPreview.compute(questions, today: today, zone: zone, on: &transaction)
                }
                print(json ? preview.json.text : preview.text)
            } else {
                try await request(desk)
            }
        }
    }

    /// The questions in scope, each with its newest snapshot.
    private func questions(
        zone: ZoneRules, on database: inout some Querying & ~Copyable
    ) async throws -> [RecordedQuestion] {
        guard let plan, let period else {
            if let plan, try await Registry.plan(plan, on: &database) == nil {
                throw RegistryError(.unknown, "there is no plan \(plan)")
            }
            return try await Registry.recordedQuestions(of: plan, on: &database)
        }
        let question = try QuestionOptions.question(
            plan: plan, period: period, asOf: asOf, knownAt: knownAt, targetBasis: targetBasis, vintage: vintage,
            zone: zone)
        let stored = try await Registry.snapshots(of: plan, for: question.period, on: &database)
        let newest = stored.first {
            $0.asOf == question.asOf ?? question.period.lastDay && $0.targetBasis == question.targetBasis.description
                && $0.vintage == question.vintage.description
        }
        return [RecordedQuestion(question: question, newest: newest)]
    }

    private func request(_ desk: Desk) async throws {
        let answers = try await desk.pool.transaction { transaction in
            let (zone, today, _) = try await desk.surroundings(on: &transaction)
            let questions = try await questions(zone: zone, on: &transaction).map(\.question)
            if period != nil, let question = questions.first {
                // A question that cannot be answered is refused here and not by a job that nobody looks at.
                let dataSet = try await Registry.load(for: question, on: &transaction)
                _ = try Attainment.compute(question, in: dataSet, today: today, zone: zone)
            }
            let answers = try await SnapshotRequests.enqueue(
                questions.map { SnapshotRequest($0, reason: reason) }, in: &transaction)
            let scope = [plan.map { "plan \($0)" } ?? "everything", period].compactMap(\.self).joined(separator: " ")
            try await audit(
                "snapshot.request", object: scope, reason: reason,
                after: JSON(
                    JSONText.object([("jobs", JSONText.array(answers.map { JSONText($0.jobID) }))]).text),
                in: &transaction)
            return answers
        }
        if !json {
            for answer in answers { print("job \(answer.jobID): \(answer.outcome.rawValue)") }
            if answers.isEmpty { print("Nothing is on record in this scope.") }
        }
        if wait {
            var failed = false
            for answer in answers {
                do {
                    try await waitForJob(answer.jobID, desk: desk, json: json)
                } catch let exit as ExitCode where exit.rawValue == 2 {
                    failed = true
                }
            }
            if failed { throw ExitCode(2) }
        } else if json {
            let list = answers.map { answer in
                JSONText.object([
                    ("job_id", JSONText(answer.jobID)), ("outcome", JSONText(answer.outcome.rawValue)),
                ])
            }
            print(period != nil && list.count == 1 ? list[0].text : JSONText.array(list).text)
        }
    }
}
