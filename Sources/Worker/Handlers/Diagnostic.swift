import Foundation
import Postgres
import Queue

/// The arguments of a `diagnostic` job. All may be absent, others are ignored.
struct DiagnosticArgs: Decodable, Sendable {
    /// How long it sleeps, in milliseconds.
    let sleepMilliseconds: Int
    /// How many of its first attempts fail.
    let failTimes: Int
    /// How many of its first attempts kill the process.
    let crashTimes: Int
    /// Whether it writes a row of `rinda.diagnostic_effect` as it completes.
    let hasEffect: Bool
    /// Whether it gives an output. The value itself is not decoded: a number would not come back digit for digit.
    let hasOutput: Bool

    private enum CodingKeys: String, CodingKey {
        case sleepMilliseconds = "sleep_ms"
        case failTimes = "fail_times"
        case crashTimes = "crash_times"
        case hasEffect = "effect"
        case hasOutput = "output"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        sleepMilliseconds = try values.decodeWholeIfPresent(.sleepMilliseconds) ?? 0
        failTimes = try values.decodeWholeIfPresent(.failTimes) ?? 0
        crashTimes = try values.decodeWholeIfPresent(.crashTimes) ?? 0
        hasEffect = try values.decodeIfPresent(Bool.self, forKey: .hasEffect) ?? false
        hasOutput = values.contains(.hasOutput)
    }
}

/// What `diagnostic` throws while it is told to fail.
struct DiagnosticFailure: Error, CustomStringConvertible {
    let description: String
}

/// `diagnostic` proves that the system works: it sleeps, then kills its process, then fails, then completes, each as
/// often as its arguments say.
enum Diagnostic {
    static let kind = "diagnostic"
    /// Longer than any timeout, and short enough for every clock.
    private static let longestSleep = 1_000_000_000

    static func run(_ args: DiagnosticArgs, _ context: JobContext) async throws -> Outcome {
        if args.sleepMilliseconds > 0 {
            try await Task.sleep(for: .milliseconds(min(args.sleepMilliseconds, longestSleep)))
        }
        let job = context.job
        if job.crashes < args.crashTimes {
            kill(getpid(), SIGKILL)
        }
        if job.attempt <= args.failTimes {
            throw DiagnosticFailure(
                description: "told to fail its first \(args.failTimes) attempts; this is attempt \(job.attempt)")
        }
        let output = args.hasOutput ? try await output(of: job, on: context.database) : nil
        guard args.hasEffect else { return .completed(output: output) }
        return try await context.complete(output: output) { transaction in
            try await transaction.execute(
                "insert into rinda.diagnostic_effect (job_id, lease) values (\(job.id), \(job.lease))")
        }
    }

    /// The member `output` of the arguments, taken out by PostgreSQL, which keeps numbers to the last digit.
    private static func output(of job: ClaimedJob, on database: Pool) async throws -> JSON? {
        try await database.query("select \(job.args) -> 'output'").first?.decode(0, as: JSON?.self)
    }
}
