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

    /// From so many observations on, progress is worth a statement of its own.
    private static let manyRows = 10_000

    private func compute(_ request: SnapshotRequest, _ context: JobContext) async throws -> Outcome {
        let (dataSet, now) = try await surroundings.load(for: request.question, on: context.database)
        let isLarge = dataSet.observations.count >= Self.manyRows
        if isLarge {
            try await context.progress(percent: 30, message: "\(dataSet.observations.count) observations are read")
        }
        let attainment = try Attainment.compute(
            request.question, in: dataSet, today: surroundings.zone.date(at: now), zone: surroundings.zone)
        let hash = attainment.snapshot
        if isLarge {
            try await context.progress(percent: 60, message: "\(attainment.units.count) figures are computed")
        }
        // Almost always right at once: only another worker that stores the same snapshot right now can come between.
        while true {
            let isNew = try await context.database.withConnection { connection in
                try await Registry.snapshot(hash, on: &connection) == nil
            }
            do {
                return try await context.complete(output: JSON(encoding: Answer(snapshot: hash, changed: isNew))) {
                    transaction in
                    let stored = try await Registry.storeSnapshot(
                        attainment, reason: request.reason, in: &transaction)
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
