import ArgumentParser
import Civil
import Foundation
import Postgres
import Queue
import Service
import Yams

struct SchedulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedules",
        abstract: "Lists, previews and changes what is enqueued by the clock.",
        subcommands: [
            List.self, Preview.self, Add.self, Change.self, Pause.self, Resume.self, Trigger.self, Remove.self,
            Sync.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists schedules with their last and next tick, last evaluation and lag.")

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Desk.work { desk in
                let schedules = try await desk.pool.withConnection { try await Schedules.list(on: &$0) }
                if json {
                    print(try encoded(schedules))
                    return
                }
                var table = Table("NAME", "EXPRESSION", "ZONE", "LAST TICK", "NEXT TICK", "LAG", "NOTE")
                for schedule in schedules {
                    table.add(
                        schedule.definition.name, schedule.definition.expression, schedule.definition.zone,
                        schedule.lastTick?.description ?? "never", schedule.nextTick?.description ?? "never",
                        "\(Int64(schedule.lag / .seconds(1))) s",
                        schedule.pausedAt.map { "paused since \($0)" } ?? schedule.lastError ?? "")
                }
                print(table.text(empty: "No schedules."))
            }
        }
    }

    struct Preview: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows the next ticks of a schedule or an expression, with notes at gaps, folds and shifted days."
        )

        @Argument(help: "The schedule's name.")
        var name: String?
        @Option(help: "An expression in place of a name.")
        var expression: String?
        @Option(help: "The expression's zone; without it the configured one.")
        var zone: String?
        @Option(help: "Ticks after this instant, with offset; without it after now.")
        var from: String?
        @Option(help: "The number of ticks.")
        var count = 10
        @Flag(help: "Print JSON.")
        var json = false

        func validate() throws {
            guard (name == nil) != (expression == nil) else {
                throw ValidationError("Give either a schedule's name or --expression.")
            }
            guard (1...10_000).contains(count) else { throw ValidationError("--count is 1 to 10000.") }
        }

        func run() async throws {
            try await Desk.work { desk in
                let start = try from.map(parseInstant)
                let ticks = try await desk.pool.withConnection { connection in
                    if let name {
                        return try await Schedules.preview(name, from: start, count: count, on: &connection)
                    }
                    return try await Schedules.preview(
                        expression: expression ?? "", zone: zone ?? desk.configuration.timezone, from: start,
                        count: count, on: &connection)
                }
                if json {
                    print(try encoded(ticks))
                    return
                }
                var table = Table("TICK (UTC)", "LOCAL", "NOTE")
                for tick in ticks { table.add(tick.instant.description, tick.localText, tick.note ?? "") }
                print(table.text(empty: "It never fires."))
            }
        }
    }

    /// What a schedule is, as options.
    struct Parts: ParsableArguments {
        @Option(help: "When it fires: cron, 'wd 10 of month at 09:00 on LV', 'every 15 minutes'.")
        var expression: String?
        @Option(help: "The IANA zone whose wall clock it follows.")
        var zone: String?
        @Option(help: "The kind of job it enqueues.")
        var kind: String?
        @Option(help: "The job's queue; 'own' for the kind's own.")
        var queue: String?
        @Option(help: "The job's priority.")
        var priority: Int?
        @Option(help: "The job's arguments, a JSON object; {date}, {tick} and others stand for the tick's.")
        var args: String?
        @Option(help: "The job's unique key, with the same placeholders.")
        var unique: String?
        @Option(help: "What becomes of missed ticks: latest, all or skip.")
        var policy: String?
        @Option(help: "With --policy all: at most this many.")
        var catchUpCount = 100
        @Option(help: "With --policy all: none older than this, in seconds.")
        var catchUpSeconds = 604_800
        @Flag(help: "Accept a kind that the catalogue does not know.")
        var force = false

        func apply(to definition: inout ScheduleDefinition) throws {
            if let expression { definition.expression = expression }
            if let zone { definition.zone = zone }
            if let kind { definition.kind = kind }
            if let queue { definition.queue = queue == "own" ? nil : queue }
            if let priority { definition.priority = priority }
            if let args { definition.args = JSON(args) }
            if let unique { definition.uniqueKey = unique }
            switch policy {
            case nil: break
            case "latest": definition.policy = .latest
            case "skip": definition.policy = .skip
            case "all": definition.policy = .all(count: catchUpCount, age: .seconds(catchUpSeconds))
            case let word?: throw ValidationError("'\(word)' is not a policy: latest, all or skip.")
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Adds a schedule.")

        @Argument(help: "The schedule's name.")
        var name: String
        @OptionGroup var parts: Parts
        @Option(help: "Why, for the audit trail.")
        var reason: String?

        func validate() throws {
            guard parts.expression != nil, parts.kind != nil else {
                throw ValidationError("A new schedule needs --expression and --kind.")
            }
        }

        func run() async throws {
            try await Desk.work { desk in
                var definition = ScheduleDefinition(
                    name: name, expression: "", zone: desk.configuration.timezone, kind: "")
                try parts.apply(to: &definition)
                let added = definition
                try await desk.pool.transaction { transaction in
                    try await Schedules.add(
                        added, reason: reason, allowUnknownKind: parts.force, in: &transaction)
                }
                print("schedule \(name): added")
            }
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Changes a schedule; a changed expression does not fire for the past.")

        @Argument(help: "The schedule's name.")
        var name: String
        @OptionGroup var parts: Parts
        @Option(help: "Why, for the audit trail.")
        var reason: String?

        func run() async throws {
            try await Desk.work { desk in
                let changed = try await desk.pool.transaction { transaction in
                    try await Schedules.change(
                        name, reason: reason, allowUnknownKind: parts.force, in: &transaction
                    ) { try parts.apply(to: &$0) }
                }
                print(changed ? "schedule \(name): changed" : "schedule \(name) was that already")
            }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Pauses a schedule.")

        @Argument(help: "The schedule's name.")
        var name: String
        @Option(help: "Why, for the audit trail.")
        var reason: String?

        func run() async throws {
            try await Desk.work { desk in
                let changed = try await desk.pool.transaction {
                    try await Schedules.pause(name, reason: reason, in: &$0)
                }
                print(changed ? "schedule \(name): paused" : "schedule \(name) was paused already")
            }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Resumes a paused schedule.")

        @Argument(help: "The schedule's name.")
        var name: String
        @Option(help: "Why, for the audit trail.")
        var reason: String?

        func run() async throws {
            try await Desk.work { desk in
                let changed = try await desk.pool.transaction {
                    try await Schedules.resume(name, reason: reason, in: &$0)
                }
                print(changed ? "schedule \(name): resumed" : "schedule \(name) was not paused")
            }
        }
    }

    struct Trigger: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Enqueues a schedule's job now, by hand.")

        @Argument(help: "The schedule's name.")
        var name: String
        @Option(help: "Why, for the audit trail.")
        var reason: String?
        @Flag(help: "Wait until the job is final; exit code 2 unless it is completed.")
        var wait = false

        func run() async throws {
            try await Desk.work { desk in
                let answer = try await desk.pool.transaction {
                    try await Schedules.trigger(name, reason: reason, in: &$0)
                }
                print("schedule \(name): job \(answer.jobID) \(answer.outcome.rawValue)")
                if wait { try await waitForJob(answer.jobID, desk: desk, json: false) }
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Removes a schedule.")

        @Argument(help: "The schedule's name.")
        var name: String
        @Option(help: "Why, for the audit trail.")
        var reason: String?

        func run() async throws {
            try await Desk.work { desk in
                try await desk.pool.transaction { try await Schedules.remove(name, reason: reason, in: &$0) }
                print("schedule \(name): removed")
            }
        }
    }

    struct Sync: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes the schedules of a YAML file what the file says; others' schedules are left alone.")

        @Argument(help: "The file.", completion: .file(extensions: ["yaml", "yml"]))
        var file: String
        @Option(help: "Why, for the audit trail.")
        var reason: String?
        @Flag(help: "Accept kinds that the catalogue does not know.")
        var force = false

        func run() async throws {
            try await Desk.work { desk in
                let content = try readScheduleFile(file)
                let source = content.owner ?? URL(fileURLWithPath: file).lastPathComponent
                let report = try await desk.pool.transaction { transaction in
                    try await Schedules.sync(
                        content.definitions(zone: desk.configuration.timezone), source: source, reason: reason,
                        allowUnknownKind: force, in: &transaction)
                }
                for name in report.added { print("added \(name)") }
                for name in report.changed { print("changed \(name)") }
                for name in report.removed { print("removed \(name)") }
                print("\(report.unchanged.count) unchanged")
            }
        }
    }
}

/// Reads a YAML file of schedules.
private func readScheduleFile(_ path: String) throws -> ScheduleFile {
    guard let data = FileManager.default.contents(atPath: path) else {
        throw QueueError(.invalidArgument, "\(path) cannot be read")
    }
    do {
        return try YAMLDecoder().decode(ScheduleFile.self, from: data)
    } catch let error as DecodingError {
        throw QueueError(.invalidArgument, "\(path): \(describe(error))")
    }
}

private func describe(_ error: DecodingError) -> String {
    let context: DecodingError.Context
    switch error {
    case .typeMismatch(_, let found), .valueNotFound(_, let found), .keyNotFound(_, let found),
        .dataCorrupted(let found):
        context = found
    @unknown default: return "\(error)"
    }
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    let cause = context.underlyingError.map { " (\($0))" } ?? ""
    return (path.isEmpty ? "" : "\(path): ") + context.debugDescription + cause
}

/// A value as JSON for other programs.
func encoded(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}
