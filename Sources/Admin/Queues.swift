import ArgumentParser
import Civil
import Postgres
import Queue

struct Queues: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists, pauses and resumes queues.", subcommands: [List.self, Pause.self, Resume.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the queues with what waits and who serves them.")

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Desk.work { desk in
                let queues = try await desk.pool.withConnection { try await listQueues(on: &$0) }
                if json {
                    print(
                        JSONText.array(
                            queues.map { queue in
                                .object([
                                    ("queue", JSONText(queue.queue)),
                                    ("paused_at", queue.pausedAt.json { JSONText($0) }),
                                    ("paused_by", queue.pausedBy.json { JSONText($0) }),
                                    ("available", JSONText(queue.available)), ("waiting", JSONText(queue.waiting)),
                                    ("running", JSONText(queue.running)),
                                    (
                                        "oldest_available_seconds",
                                        queue.oldestAvailable.json { JSONText(Int64($0 / .seconds(1))) }
                                    ), ("workers", JSONText(queue.workers)),
                                ])
                            }
                        ).text)
                    return
                }
                var table = Table("QUEUE", "AVAILABLE", "WAITING", "RUNNING", "OLDEST", "WORKERS", "PAUSED")
                for queue in queues {
                    table.add(
                        queue.queue, "\(queue.available)", "\(queue.waiting)", "\(queue.running)",
                        queue.oldestAvailable.map { "\(Int64($0 / .seconds(1))) s" } ?? "", "\(queue.workers)",
                        queue.pausedAt.map { "since \($0) by \(queue.pausedBy ?? "?")" } ?? "")
                }
                print(table.text(empty: "No queues."))
            }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Pauses a queue: nothing of it starts until it is resumed; what runs goes on.")

        @Argument(help: "The queue.")
        var queue: String
        @Option(help: "Why, for the audit trail.")
        var reason: String?

        func run() async throws {
            try await Desk.work { desk in
                let changed = try await desk.pool.transaction { try await pauseQueue(queue, reason: reason, in: &$0) }
                print(changed ? "queue \(queue): paused" : "queue \(queue) was paused already")
            }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Resumes a paused queue.")

        @Argument(help: "The queue.")
        var queue: String
        @Option(help: "Why, for the audit trail.")
        var reason: String?

        func run() async throws {
            try await Desk.work { desk in
                let changed = try await desk.pool.transaction { try await resumeQueue(queue, reason: reason, in: &$0) }
                print(changed ? "queue \(queue): resumed" : "queue \(queue) was not paused")
            }
        }
    }
}
