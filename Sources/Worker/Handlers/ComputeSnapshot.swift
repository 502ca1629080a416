import Civil
import Domain
import Logging
import Postgres
import Queue
import Registry

/// The arguments of `snapshot.compute`: a question about a plan, or without a plan a wish for every question that is open.
enum ComputeSnapshotArgs: Decodable, Sendable {
    case one(SnapshotRequest)
    /// All questions open on a day; nil for today.
    case everyOpen(on: LocalDate?)

    private enum CodingKeys: String, CodingKey {
        case plan
        case asOf = "as_of"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        if try values.decodeIfPresent(String.self, forKey: .plan) != nil {
            self = .one(try SnapshotRequest(from: decoder))
        } else {
            self = .everyOpen(
                on: try values.decodeIfPresent(
                    .asOf, reading: { LocalDate(iso: $0) }, "a date such as 2020-01-01"))
        }
    }
}

/// `snapshot.compute` computes the attainment of a plan and keeps it under the hash of what it was computed from.
struct ComputeSnapshot: Sendable {
    static let kind = SnapshotRequests.kind

    let surroundings: Surroundings
    /// A scan reads on one connection and writes on another: were all connections held for reading, none could write.
    private let turns = Turns(4)

    init(surroundings: Surroundings) { self.surroundings = surroundings }

    /// The job's output.
    private struct Answer: Encodable {
        let snapshot: String
        let changed: Bool
    }

    func run(_ args: ComputeSnapshotArgs, _ context: JobContext) async throws -> Outcome {
        try await givingUpOnRefusals {
            switch args {
            case .one(let request): try await compute(request, context)
            case .everyOpen(let day): try await fanOut(on: day, context)
            }
        }
    }

    /// From so many units on, progress is worth a statement of its own.
    private static let manyUnits = 1_000

    private func compute(_ request: SnapshotRequest, _ context: JobContext) async throws -> Outcome {
        let snapshot = try await figures(of: request.question, context)
        let (attainment, hash) = (snapshot.attainment, snapshot.attainment.snapshot)
        // Almost always right at once: only another worker that stores the same snapshot right now can come between.
        while true {
            let isNew = try await context.database.withConnection { connection in
                try await Registry.snapshot(hash, on: &connection) == nil
            }
            do {
                return try await context.complete(output: JSON(encoding: Answer(snapshot: hash, changed: isNew))) {
                    transaction in
                    let stored = try await snapshot.store(reason: request.reason, in: &transaction)
                    if stored != isNew { throw CameBetween() }
                    if let draft = try await Registry.proposeRevision(
                        after: attainment, isNew: stored, in: &transaction)
                    {
                        context.logger.notice(
                            "the figures of an archived report have changed; a revision is proposed",
                            metadata: [
                                "plan": "\(draft.plan)", "period": "\(draft.period)",
                                "revision": "\(draft.revision)",
                            ])
                    }
                }
            } catch is CameBetween {
                context.logger.debug("another worker stored the same snapshot just now")
            }
        }
    }

    /// Figures on their way into a snapshot: in parts that are stored already, or whole.
    private enum Figures {
        case scanned(ScannedSnapshot)
        case whole(Attainment)

        var attainment: Attainment {
            switch self {
            case .scanned(let scanned): scanned.attainment
            case .whole(let attainment): attainment
            }
        }

        func store(reason: String?, in transaction: inout Transaction) async throws -> Bool {
            switch self {
            case .scanned(let scanned):
                try await Registry.storeSnapshot(scanned, reason: reason, in: &transaction)
            case .whole(let attainment):
                try await Registry.storeSnapshot(attainment, reason: reason, in: &transaction)
            }
        }
    }

    private func figures(of question: Question, _ context: JobContext) async throws -> Figures {
        guard question.vintage == .reported else {
            // A later map joins units, which must all be there for it.
            return .whole(try await surroundings.attainment(of: question, on: context.database))
        }
        return try await turns.take {
            Figures.scanned(
                try await Registry.scanSnapshot(question, zone: surroundings.zone, on: context.database) { done, all in
                    guard all >= Self.manyUnits else { return }
                    try await context.progress(
                        percent: Double(done) * 95 / Double(all), message: "\(done) of \(all) units")
                })
        }
    }

    private struct CameBetween: Error {}

    /// One job a question, so that one plan's trouble is not another's.
    private func fanOut(on day: LocalDate?, _ context: JobContext) async throws -> Outcome {
        let requests = try await context.database.withConnection { connection in
            let today = surroundings.zone.date(at: try await surroundings.now(on: &connection))
            return try await Registry.openQuestions(on: day ?? today, database: &connection)
                .map { SnapshotRequest($0) }
        }
        let output = try JSON(encoding: ["enqueued": requests.count])
        return try await context.complete(output: output) { transaction in
            _ = try await SnapshotRequests.enqueue(requests, in: &transaction)
        }
    }
}

extension Surroundings {
    /// Answers a question from one state of the database.
    ///
    /// - Parameter moment: the moment whose local day is held against due dates; nil for now.
    /// - Throws: `DomainError`, `PostgresError`.
    func attainment(of question: Question, at moment: Timestamp? = nil, on database: Pool) async throws -> Attainment {
        let (dataSet, now) = try await load(for: question, on: database)
        return try Attainment.compute(question, in: dataSet, today: zone.date(at: moment ?? now), zone: zone)
    }

    /// What a question needs, from one state of the database, and the instant at which it was read.
    func load(for question: Question, on database: Pool) async throws -> (dataSet: DataSet, at: Timestamp) {
        try await database.transaction(isolation: .repeatableRead, readOnly: true) { transaction in
            let dataSet = try await Registry.load(for: question, on: &transaction)
            return (dataSet, try await now(on: &transaction))
        }
    }
}
