import ArgumentParser
import Civil
import Foundation
import Postgres
import Queue

struct Jobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists, shows, retries and cancels jobs.",
        subcommands: [List.self, Show.self, Retry.self, Cancel.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists jobs, the newest first.")

        @Option(help: "Only jobs in this state: \(JobState.allCases.map(\.rawValue).joined(separator: ", ")).")
        var state: String?
        @Option(help: "Only jobs of this kind.")
        var kind: String?
        @Option(help: "Only jobs of this queue.")
        var queue: String?
        @Option(help: "Only jobs with a smaller id: the next page.")
        var before: Int64?
        @Option(help: "The most jobs to list.")
        var limit = 50
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Desk.work { desk in
                let wanted = try state.map { word in
                    guard let state = JobState(rawValue: word) else {
                        throw ValidationError(
                            "'\(word)' is not a state: \(JobState.allCases.map(\.rawValue).joined(separator: ", ")).")
                    }
                    return state
                }
                let filter = JobFilter(state: wanted, kind: kind, queue: queue, before: before, limit: max(1, limit))
                let jobs = try await desk.pool.withConnection { try await listJobs(filter, on: &$0) }
                if json {
                    print(JSONText.array(jobs.map(\.json)).text)
                    return
                }
                var table = Table("ID", "KIND", "QUEUE", "STATE", "ATTEMPT", "SCHEDULED", "FINAL")
                for job in jobs {
                    table.add(
                        "\(job.id)", job.kind, job.queue, job.state.rawValue, "\(job.attempt)/\(job.maxAttempts)",
                        job.scheduledAt.description, job.finalizedAt?.description ?? "")
                }
                print(table.text(empty: "No such jobs."))
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one job.")

        @Argument(help: "The job's id.")
        var id: Int64
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Desk.work { desk in
                guard let job = try await desk.pool.withConnection({ try await findJob(id, on: &$0) }) else {
                    throw QueueError(.unknown, "there is no job \(id), or its retention has passed")
                }
                if json {
                    print(job.json.text)
                    return
                }
                for (name, value) in job.members where value.text != "null" {
                    print("\(name)\(String(repeating: " ", count: max(1, 15 - name.count)))\(value.text)")
                }
            }
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a job available again: a final one from its first attempt, a waiting one at once.")

        @Argument(help: "The job's id.")
        var id: Int64
        @Option(help: "Why, for the audit trail.")
        var reason: String?

        func run() async throws {
            try await Desk.work { desk in
                let answer = try await desk.pool.transaction { transaction in
                    let answer = try await Queue.retry(job: id, on: &transaction)
                    if answer == .retried {
                        try await audit("job.retry", object: "job \(id)", reason: reason, in: &transaction)
                    }
                    return answer
                }
                switch answer {
                case .retried: print("job \(id): available")
                case .running: print("job \(id) is running; nothing was changed")
                case .held:
                    throw QueueError(
                        .wrongState, "another unfinished job has the unique key of job \(id); nothing was changed")
                case .unknown: throw QueueError(.unknown, "there is no job \(id), or its retention has passed")
                }
            }
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cancels a job: a waiting one at once, a running one at its next heartbeat.")

        @Argument(help: "The job's id.")
        var id: Int64
        @Option(help: "Why, for the audit trail.")
        var reason: String?

        func run() async throws {
            try await Desk.work { desk in
                let answer = try await desk.pool.transaction { transaction in
                    let answer = try await Queue.cancel(job: id, on: &transaction)
                    if answer == .cancelled || answer == .requested {
                        try await audit("job.cancel", object: "job \(id)", reason: reason, in: &transaction)
                    }
                    return answer
                }
                switch answer {
                case .cancelled: print("job \(id): cancelled")
                case .requested: print("job \(id) is running; its process is told by its next heartbeat")
                case .final: print("job \(id) is final already; nothing was changed")
                case .unknown: throw QueueError(.unknown, "there is no job \(id), or its retention has passed")
                }
            }
        }
    }
}

extension JobRecord {
    /// The columns of `rinda.jobs`, in their order.
    var members: [(String, JSONText)] {
        [
            ("id", JSONText(id)), ("kind", JSONText(kind)), ("queue", JSONText(queue)),
            ("state", JSONText(state.rawValue)),
            ("priority", JSONText(priority)), ("attempt", JSONText(attempt)), ("max_attempts", JSONText(maxAttempts)),
            ("crashes", JSONText(crashes)), ("scheduled_at", JSONText(scheduledAt)),
            ("created_at", JSONText(createdAt)),
            ("attempted_at", attemptedAt.json { JSONText($0) }), ("finalized_at", finalizedAt.json { JSONText($0) }),
            ("attempted_by", attemptedBy.json { JSONText($0) }), ("lease", lease.json { JSONText($0) }),
            ("lease_until", leaseUntil.json { JSONText($0) }), ("unique_key", uniqueKey.json { JSONText($0) }),
            ("tags", JSONText(raw: "[" + tags.map { JSONText($0).text }.joined(separator: ", ") + "]")),
            ("metadata", JSONText(metadata)), ("args", JSONText(args)), ("output", output.json { JSONText($0) }),
            ("errors", JSONText(errors)), ("progress", progress.json { JSONText($0) }),
        ]
    }

    /// The job as a JSON object.
    var json: JSONText { .object(members) }

    /// The message of the last failure, if there was one.
    var lastError: String? {
        struct Failure: Decodable { let reason: String?, message: String? }
        guard let failures = try? JSONDecoder().decode([Failure].self, from: Data(errors.text.utf8)),
            let last = failures.last
        else { return nil }
        return [last.reason, last.message].compactMap(\.self).joined(separator: ": ")
    }
}
