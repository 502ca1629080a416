import ArgumentParser
import Civil
import Domain
import Foundation
import Postgres
import Registry
import Service
import Synchronization

/// The options of a question about a plan.
struct QuestionOptions: ParsableArguments {
    @Option(help: "The plan's code.")
    var plan: String
    @Option(help: "The period: 2019, 2019-H2, 2019-Q4 or 2019-07.")
    var period: String
    @Option(help: "The date as of which is asked, within the period; without it the period's last day.")
    var asOf: String?
    @Option(help: "Only what was known at this instant (with offset) or at the end of this day.")
    var knownAt: String?
    @Option(help: "Whose targets: AT_PERIOD_END, AT_REPORT_DATE, ORIGINAL or FIXED:n.")
    var targetBasis = "AT_PERIOD_END"
    @Option(help: "Which map: 'reported', or a date whose units are shown.")
    var vintage = "reported"

    func question(zone: ZoneRules) throws -> Question {
        try Self.question(
            plan: plan, period: period, asOf: asOf, knownAt: knownAt, targetBasis: targetBasis, vintage: vintage,
            zone: zone)
    }

    /// The question that options or a line of text ask.
    static func question(
        plan: String, period code: String, asOf: String?, knownAt: String?, targetBasis: String, vintage: String,
        zone: ZoneRules
    ) throws -> Question {
        guard let period = Period(code: code) else {
            throw ValidationError("'\(code)' is not a period such as 2019, 2019-H2, 2019-Q4 or 2019-07.")
        }
        guard let basis = TargetBasis(targetBasis) else {
            throw ValidationError("'\(targetBasis)' is not AT_PERIOD_END, AT_REPORT_DATE, ORIGINAL or FIXED:n.")
        }
        guard let map = Vintage(vintage) else {
            throw ValidationError("'\(vintage)' is neither 'reported' nor a date.")
        }
        let known = try knownAt.map { text in
            guard let instant = Question.knownAt(text, zone: zone) else {
                throw ValidationError("'\(text)' is neither a date nor an instant with an offset.")
            }
            return instant
        }
        return Question(
            plan: plan, period: period, asOf: try asOf.map(parseDate), knownAt: known, targetBasis: basis,
            vintage: map)
    }
}

struct AttainmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attainment",
        abstract: "Computes how far a plan's targets are attained, from what the database holds.")

    @OptionGroup var options: QuestionOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Desk.work { desk in
            let attainment = try await desk.attainment { try options.question(zone: $0) }
            if json {
                print(attainment.json())
                return
            }
            let contradictions = try await desk.pool.withConnection { connection in
                try await Registry.contradictions(of: attainment.question.plan, on: &connection)
            }
            print(AttainmentText(attainment, contradictions: contradictions).text)
        }
    }
}

struct AnswerQuestions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answer",
        abstract: "Answers many questions about attainment: one JSON object a line in, one a line out.",
        discussion: """
            Each line of standard input is {"plan", "period", "as_of", "known_at", "target_basis", "vintage"}, of which \
            only the first two are required; each line of standard output is the answer of 'rinda attainment --json', or \
            {"refused": "why"}.
            """,
        shouldDisplay: false)

    private struct Line: Decodable {
        let plan: String
        let period: String
        let asOf: String?
        let knownAt: String?
        let targetBasis: String?
        let vintage: String?
    }

    func run() async throws {
        try await Desk.work { desk in
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            while let text = readLine() {
                do {
                    let line = try decoder.decode(Line.self, from: Data(text.utf8))
                    let attainment = try await desk.attainment { zone in
                        try QuestionOptions.question(
                            plan: line.plan, period: line.period, asOf: line.asOf, knownAt: line.knownAt,
                            targetBasis: line.targetBasis ?? "AT_PERIOD_END", vintage: line.vintage ?? "reported",
                            zone: zone)
                    }
                    print(attainment.json().replacing("\n", with: ""))
                } catch let error as PostgresError {
                    throw error
                } catch {
                    print(JSONText.object([("refused", JSONText("\(error)"))]).text)
                }
                fflush(nil)
            }
        }
    }
}

extension Desk {
    /// The zone's rules, read once: a command that answers many questions would read little else.
    func zone(on session: inout some Querying & ~Copyable) async throws -> ZoneRules {
        if let known = knownZone.rules.withLock({ $0 }) { return known }
        let zone = try await ZoneRules.load(configuration.timezone, from: 1990, through: 2100, on: &session)
        knownZone.rules.withLock { $0 = zone }
        return zone
    }

    /// The zone's rules, the local day and the instant of now, all as the database says.
    func surroundings(
        on session: inout some Querying & ~Copyable
    ) async throws -> (zone: ZoneRules, today: LocalDate, now: Timestamp) {
        let zone = try await zone(on: &session)
        let now = try await session.query("select clock_timestamp()")[0].decode(0, as: Timestamp.self)
        return (zone, zone.date(at: now), now)
    }

    /// Answers a question from one state of the database.
    func attainment(_ ask: (ZoneRules) throws -> Question) async throws -> Attainment {
        try await pool.transaction(isolation: .repeatableRead, readOnly: true) { transaction in
            let (zone, today, _) = try await surroundings(on: &transaction)
            let question = try ask(zone)
            let dataSet = try await Registry.load(for: question, on: &transaction)
            return try Attainment.compute(question, in: dataSet, today: today, zone: zone)
        }
    }
}
