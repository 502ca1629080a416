import Civil
package import Domain
import Foundation
package import Postgres
package import Queue

/// A wish to have the figures of a plan and period computed anew: the arguments of a `snapshot.compute` job.
package struct SnapshotRequest: Hashable, Sendable {
    /// What is asked.
    package var question: Question
    /// Why, in words that stay with the snapshot.
    package var reason: String?

    /// A wish with its reason.
    package init(_ question: Question, reason: String? = nil) {
        self.question = question
        self.reason = reason
    }

    /// What requests of one scope share: many of them before one has run are one job.
    package var uniqueKey: String {
        [
            "snap", question.plan, question.period.code, question.asOf?.description ?? "-",
            question.knownAt?.description ?? "-", question.targetBasis.description, question.vintage.description,
            Attainment.rules,
        ].joined(separator: ":")
    }
}

extension SnapshotRequest: Codable {
    private enum CodingKeys: String, CodingKey {
        case plan, period, vintage, reason
        case asOf = "as_of"
        case knownAt = "known_at"
        case targetBasis = "target_basis"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value>(_ key: CodingKeys, _ read: (String) -> Value?) throws -> Value? {
            guard let text = try values.decodeIfPresent(String.self, forKey: key) else { return nil }
            guard let value = read(text) else {
                throw DecodingError.dataCorruptedError(
                    forKey: key, in: values, debugDescription: "\(RecordFields.quoted(text)) cannot be read")
            }
            return value
        }
        guard let period = try value(.period, { Period(code: $0) }) else {
            throw DecodingError.keyNotFound(
                CodingKeys.period, .init(codingPath: values.codingPath, debugDescription: "a period is required"))
        }
        self.init(
            Question(
                plan: try values.decode(String.self, forKey: .plan), period: period,
                asOf: try value(.asOf) { LocalDate(iso: $0) }, knownAt: try value(.knownAt) { Timestamp(iso: $0) },
                targetBasis: try value(.targetBasis) { TargetBasis($0) } ?? .atPeriodEnd,
                vintage: try value(.vintage) { Vintage($0) } ?? .reported),
            reason: try values.decodeIfPresent(String.self, forKey: .reason))
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(question.plan, forKey: .plan)
        try values.encode(question.period.code, forKey: .period)
        try values.encodeIfPresent(question.asOf?.description, forKey: .asOf)
        try values.encodeIfPresent(question.knownAt?.description, forKey: .knownAt)
        if question.targetBasis != .atPeriodEnd {
            try values.encode(question.targetBasis.description, forKey: .targetBasis)
        }
        if question.vintage != .reported { try values.encode(question.vintage.description, forKey: .vintage) }
        try values.encodeIfPresent(reason, forKey: .reason)
    }
}

/// Puts recalculations into the queue, in the transaction of what made them necessary.
package enum SnapshotRequests {
    /// The kind of job that computes a snapshot.
    package static let kind = "snapshot.compute"

    /// Enqueues one job for each request, or joins the one that is waiting for the same scope.
    ///
    /// A waiting job is locked until the caller's transaction ends, so that it cannot read the data as they were before.
    /// One that is already running may have done so: another is put behind it.
    ///
    /// - Throws: `PostgresError`, `QueueError`.
    @discardableResult
    package static func enqueue(
        _ requests: [SnapshotRequest], in transaction: inout Transaction
    ) async throws -> [EnqueueAnswer] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var answers: [EnqueueAnswer] = []
        for request in requests {
            let args = JSON(String(decoding: try encoder.encode(request), as: UTF8.self))
            var job = EnqueueRequest(kind: kind, args: args, uniqueKey: request.uniqueKey, onConflict: .replace)
            var answer = try await Queue.enqueue(job, on: &transaction)
            if answer.outcome == .existing {
                job.uniqueKey = "\(request.uniqueKey):after:\(answer.jobID)"
                answer = try await Queue.enqueue(job, on: &transaction)
            }
            answers.append(answer)
        }
        return answers
    }
}
