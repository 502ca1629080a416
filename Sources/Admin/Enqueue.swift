import ArgumentParser
import Civil
import Foundation
import Postgres
import Queue

struct Enqueue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Puts a job into its queue.")

    @Argument(help: "The kind of job, as in the catalogue.")
    var kind: String
    @Option(help: "The arguments, a JSON object.")
    var args = "{}"
    @Option(help: "The queue; without it the kind's own.")
    var queue: String?
    @Option(help: "The priority, smaller first; without it the kind's own.")
    var priority: Int?
    @Option(help: "Not before this instant, with offset: 2026-01-16T09:00:00+02:00.")
    var at: String?
    @Option(help: "A key that only one unfinished job of the kind may have.")
    var unique: String?
    @Option(help: "The number of attempts; without it the kind's own.")
    var maxAttempts: Int?
    @Option(help: "A label to find it by; may be repeated.")
    var tag: [String] = []
    @Flag(help: "Accept a kind that the catalogue does not know.")
    var force = false
    @Flag(help: "Wait until the job is final; exit code 2 unless it is completed.")
    var wait = false
    @Flag(help: "Print the answer as JSON.")
    var json = false

    func run() async throws {
        try await Desk.work { desk in
            let when = try at.map(parseInstant)
            guard (try? JSONSerialization.jsonObject(with: Data(args.utf8))) is [String: Any] else {
                throw QueueError(.invalidArgument, "--args is not a JSON object: \(args.prefix(80))")
            }
            let request = EnqueueRequest(
                kind: kind, args: JSON(args), queue: queue, priority: priority, scheduledAt: when, uniqueKey: unique,
                maxAttempts: maxAttempts, tags: tag)
            let answer = try await desk.pool.transaction { transaction in
                let known = try await loadKindPolicies(on: &transaction)
                guard known[kind] != nil || force else {
                    throw QueueError(
                        .unknown,
                        "kind \(kind) is not in the catalogue (\(known.keys.sorted().joined(separator: ", "))); "
                            + "--force enqueues it all the same")
                }
                let answer = try await Queue.enqueue(request, on: &transaction)
                try await audit(
                    "job.enqueue", object: "job \(answer.jobID)",
                    after: JSON(
                        JSONText.object([("kind", JSONText(kind)), ("outcome", JSONText(answer.outcome.rawValue))]).text
                    ),
                    in: &transaction)
                return answer
            }
            if json && !wait {
                print(
                    JSONText.object([
                        ("job_id", JSONText(answer.jobID)), ("outcome", JSONText(answer.outcome.rawValue)),
                        ("state", JSONText(answer.state.rawValue)),
                    ]).text)
            } else if !json {
                print("job \(answer.jobID): \(answer.outcome.rawValue), \(answer.state.rawValue)")
            }
            if wait { try await waitForJob(answer.jobID, desk: desk, json: json) }
        }
    }
}

/// Reads an instant with its offset.
func parseInstant(_ text: String) throws -> Timestamp {
    guard let instant = Timestamp(iso: text) else {
        throw ValidationError("'\(text)' is not an instant with an offset, such as 2026-01-16T09:00:00+02:00.")
    }
    return instant
}

/// Reads a date.
func parseDate(_ text: String) throws -> LocalDate {
    guard let date = LocalDate(iso: text) else {
        throw ValidationError("'\(text)' is not a date such as 2026-01-16.")
    }
    return date
}

/// Waits until a job is final and prints it; exit code 2 unless it is completed. Shows progress on standard error where
/// that is a terminal.
func waitForJob(_ id: Int64, desk: Desk, json: Bool) async throws {
    var shown = ""
    while true {
        guard let job = try await desk.pool.withConnection({ try await findJob(id, on: &$0) }) else {
            throw QueueError(.unknown, "job \(id) is gone: its retention has passed")
        }
        if job.state.isFinal {
            if json {
                print(job.json.text)
            } else {
                print("job \(id): \(job.state.rawValue)\(job.lastError.map { " – \($0)" } ?? "")")
            }
            if job.state != .completed { throw ExitCode(2) }
            return
        }
        let line = "job \(id): \(job.state.rawValue)\(job.progress.map { " \($0.text)" } ?? "")"
        if line != shown, isatty(STDERR_FILENO) == 1 {
            FileHandle.standardError.write(Data("\(line)\n".utf8))
            shown = line
        }
        try await Task.sleep(for: .milliseconds(100))
    }
}
