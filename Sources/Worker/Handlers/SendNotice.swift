import Civil
import Crypto
import Domain
import Logging
import Mail
import Postgres
import Queue
import Registry
import Rendering

/// The arguments of `notice.send`.
struct SendNoticeArgs: Decodable, Sendable {
    /// The Message-ID without angle brackets; the notices of the ledger that have it go out together.
    let messageID: String

    private enum CodingKeys: String, CodingKey {
        case messageID = "message_id"
    }
}

/// `notice.send` sends one message: asks anew whether it is still wanted, hands it to the mail server and records what
/// came of it.
///
/// Whatever dies between the server's acceptance and the record of it leaves the notice SENDING. The next attempt asks the
/// journal, which has been told on this machine's disk before the last octets went out and again when the server took
/// them: taken, it is recorded as sent; never offered, or refused, it is sent; of the rest nobody can know, and the
/// configuration says whether it is sent again under the same Message-ID or held for a person.
struct SendNotice: Sendable {
    static let kind = "notice.send"
    /// How often the record of an acceptance is tried anew on another connection: a message sent twice is worse than a
    /// few seconds of waiting.
    private static let recordAttempts = 5

    let surroundings: Surroundings
    let renderer: NoticeRenderer

    /// Surroundings, and the templates that come with the program.
    ///
    /// - Throws: `RenderingError`.
    init(surroundings: Surroundings) throws {
        self.surroundings = surroundings
        renderer = try NoticeRenderer()
    }

    /// The job's output.
    private struct Report: Encodable {
        /// Whether a message went out in this attempt.
        let sent: Bool
        /// What the server answered; nil where nothing was sent.
        let reply: String?
        /// Whether an earlier attempt may have sent it too.
        var repeated = false
        /// How many notices are held for a person, since they may have gone out before.
        var held = 0
    }

    func run(_ args: SendNoticeArgs, _ context: JobContext) async throws -> Outcome {
        // Before the ledger says SENDING: without a mail server nothing begins.
        let client = try surroundings.post.client()
        let sender = try surroundings.post.sender()
        if surroundings.post.keepsHours {
            let wait = try await context.database.withConnection { connection in
                try await Registry.waitingTime(
                    ofMessage: args.messageID, now: try await surroundings.now(on: &connection),
                    zone: surroundings.zone, on: &connection)
            }
            if let wait { return .snooze(wait) }
        }
        // Only whoever has a connection to himself says SENDING: of all others it is known that nothing has gone out.
        return try await surroundings.post.turns.take {
            try await send(args, by: client, from: sender, context)
        }
    }

    private func send(
        _ args: SendNoticeArgs, by client: SMTPClient, from sender: MailAddress, _ context: JobContext
    ) async throws -> Outcome {
        let journal = try surroundings.post.journal()
        let lease = context.job.lease
        let history = try journal?.begin(args.messageID, lease: lease) ?? DeliveryJournal.History()
        if let acceptance = history.accepted {
            return try await recordEarlier(acceptance, of: args.messageID, context)
        }
        let attempt = NoticeAttempt(
            lease: lease, journal: journal?.identity, open: history.open, uncertain: surroundings.post.uncertain)
        let (claim, claimed) = try await context.database.transaction { transaction in
            let now = try await surroundings.now(on: &transaction)
            let day = try await sendingDay(of: args.messageID, job: context.job, now: now, in: &transaction)
            let claim = try await Registry.claimNotices(
                ofMessage: args.messageID, today: day, attempt: attempt, in: &transaction)
            guard !claim.claimed.isEmpty else { return (claim, nil as NoticeMessage?) }
            return (claim, try await NoticeMessage.gather(claim.claimed, day: day, now: now, in: &transaction))
        }
        if claim.held > 0 {
            context.logger.warning(
                "held for a person: an earlier attempt may have sent it; see 'rinda reminders settle'",
                metadata: ["message.id": "\(args.messageID)"])
        }
        guard let claimed else {
            return .completed(output: try JSON(encoding: Report(sent: false, reply: nil, held: claim.held)))
        }
        let message = try claimed.message(from: sender, renderer: renderer, zone: surroundings.zone)
        // Fenced: an attempt whose lease is gone does not get as far as the mail server.
        try await context.progress(percent: 50, message: "handing the message to the mail server")
        let offer = Offer(of: args.messageID, lease: lease, in: journal)
        let result = try await client.send(message) { offer.make() }
        context.logger.info("delivery: \(result)", metadata: ["message.id": "\(args.messageID)"])
        if let refusal = offer.refusal {
            try await markFailed(message, refusal, context)
            throw NotOffered(description: refusal)
        }
        let digest = Array(SHA256.hash(data: try message.encoded()))
        offer.note(result, digest: digest, logger: context.logger)
        return try await record(result, of: message, digest: digest, claim, context)
    }

    /// The mail server took the message in an attempt that died before the ledger knew.
    private func recordEarlier(
        _ acceptance: DeliveryJournal.History.Acceptance, of messageID: String, _ context: JobContext
    ) async throws -> Outcome {
        let reply = "accepted from lease \(acceptance.lease), as the journal says"
        return try await context.complete(output: try JSON(encoding: Report(sent: false, reply: reply))) {
            transaction in
            try await Registry.recordAcceptance(
                ofMessage: messageID, digest: acceptance.digest, lease: acceptance.lease, in: &transaction)
        }
    }

    private func record(
        _ result: DeliveryResult, of message: MailMessage, digest: [UInt8], _ claim: NoticeClaim, _ context: JobContext
    ) async throws -> Outcome {
        switch result {
        case .accepted(let reply):
            let output = try JSON(
                encoding: Report(sent: true, reply: "\(result)", repeated: claim.isRepeated, held: claim.held))
            context.logger.debug("the mail server says: \(reply.code)")
            return try await persistently(context) {
                try await context.complete(output: output) { transaction in
                    try await Registry.markSent(message: message.messageID, digest: digest, in: &transaction)
                }
            }
        case .cancelled:
            throw CancellationError()
        case .permanentlyRefused(let reply, _) where result.concernsMessage:
            try await markFailed(message, "\(result): \(reply.text)", context)
            return .discard(reason: "the mail server will not take it: \(result)")
        case .temporarilyRefused(let reply, _), .permanentlyRefused(let reply, _):
            try await markFailed(message, "\(result): \(reply.text)", context)
        case .unreachable, .timedOut, .tlsFailed:
            // Where the server may have taken it, the ledger goes on saying SENDING: nobody knows.
            if !result.mayHaveBeenAccepted { try await markFailed(message, "\(result)", context) }
        }
        throw NotDelivered(result: result)
    }

    private func markFailed(_ message: MailMessage, _ reason: String, _ context: JobContext) async throws {
        try await context.database.transaction { transaction in
            try await Registry.markFailed(message: message.messageID, reason: reason, in: &transaction)
        }
    }

    /// Tries again where a connection is lost on the way.
    private func persistently(_ context: JobContext, _ body: () async throws -> Outcome) async throws -> Outcome {
        var backoff = Backoff()
        for _ in 1..<Self.recordAttempts {
            do {
                return try await body()
            } catch let error as PostgresError where error.isTransient {
                context.logger.warning("the mail server's answer could not be recorded, trying again: \(error)")
                try await Task.sleep(for: backoff.next())
            }
        }
        return try await body()
    }

    /// The local day on which the message goes out.
    private func sendingDay(
        of messageID: String, job: ClaimedJob, now: Timestamp, in transaction: inout Transaction
    ) async throws -> LocalDate {
        let planned = try await Registry.plannedDay(ofMessage: messageID, on: &transaction)
        return SendingDay.day(
            plannedFor: planned, enqueuedOn: surroundings.zone.date(at: job.createdAt),
            today: surroundings.zone.date(at: now))
    }
}

/// A message that did not reach the server, or that it refused for now.
struct NotDelivered: Error, CustomStringConvertible {
    /// What became of it; the description holds no address.
    let result: DeliveryResult

    var description: String { "the message was not delivered: \(result)" }
}

/// Which day counts as today for a message.
enum SendingDay {
    /// A day evaluated longer than this after it was over is a rehearsal on old data.
    static let rehearsalAfter = 31

    /// The day for which reminders are decided: the one asked for where that is a rehearsal on old data or a look ahead,
    /// today where the evaluation only comes late.
    static func evaluated(_ asked: LocalDate?, today: LocalDate) -> LocalDate {
        guard let asked, asked > today || today.days(since: asked) > rehearsalAfter else { return today }
        return asked
    }

    /// Today; for a message of a rehearsal the day that was evaluated and what has passed since the job was enqueued, so
    /// that a step whose time has passed, and a unit that has been merged since, are as they were then.
    static func day(plannedFor: LocalDate?, enqueuedOn: LocalDate, today: LocalDate) -> LocalDate {
        guard let plannedFor, enqueuedOn.days(since: plannedFor) > rehearsalAfter else { return today }
        return plannedFor.adding(days: max(0, today.days(since: enqueuedOn)))
    }
}
