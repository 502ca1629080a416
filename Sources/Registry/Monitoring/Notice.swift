package import Civil
package import Domain
import Postgres

/// What has become of a notice.
package enum NoticeState: String, Hashable, Sendable, CaseIterable, PostgresEncodable, PostgresDecodable {
    /// Planned, and its job enqueued.
    case planned = "PLANNED"
    /// About to be given to the mail server, or given to it without an answer that we know.
    case sending = "SENDING"
    /// Taken by the mail server.
    case sent = "SENT"
    /// Refused by the mail server, or not to be reached; may be tried again.
    case failed = "FAILED"
    /// Not sent, since there was no reason any more.
    case suppressed = "SUPPRESSED"
    /// Sent, and came back.
    case bounced = "BOUNCED"
    /// Perhaps sent, perhaps not, and nobody can know: a person decides.
    case held = "HELD"
}

/// A notice that is to be planned.
package struct NoticePlan: Hashable, Sendable {
    /// The obligation's number.
    package var obligation: Int64
    /// The step of the ladder.
    package var step: ReminderStep
    /// As what the recipient is addressed.
    package var addressee: Addressee
    /// The version of the due date that it speaks of.
    package var dueVersion: Int
    /// The deterministic Message-ID without angle brackets; notices of one message share it.
    package var messageID: String
    /// The address to which it goes.
    package var recipient: String
    /// The language in which it is written.
    package var language: Language
    /// The local day for which it is planned.
    package var plannedFor: LocalDate

    /// A notice to be.
    package init(
        obligation: Int64, step: ReminderStep, addressee: Addressee, dueVersion: Int, messageID: String,
        recipient: String,
        language: Language, plannedFor: LocalDate
    ) {
        self.obligation = obligation
        self.step = step
        self.addressee = addressee
        self.dueVersion = dueVersion
        self.messageID = messageID
        self.recipient = recipient
        self.language = language
        self.plannedFor = plannedFor
    }
}

/// A notice of the ledger.
package struct Notice: Hashable, Sendable {
    /// Its number.
    package let id: Int64
    /// What was planned.
    package let plan: NoticePlan
    /// What has become of it.
    package let state: NoticeState
    /// Why it failed, was suppressed, held or bounced; of one that is sent or being sent, what is unusual about it.
    package let reason: String?
    /// The fencing token of the attempt that began it last; nil where none has.
    package let lease: Int64?
    /// The journal in which that attempt writes what the mail server took; nil where it had none.
    package let journal: String?
    /// When its state last changed.
    package let changedAt: Timestamp

    static let columns = """
        n.id, n.obligation, n.step, n.role, n.due_version, n.message_id, n.recipient, n.language, n.planned_for,
        n.state, n.reason, n.changed_at, n.lease, n.journal
        """

    init(_ row: Row) throws(PostgresError) {
        id = try row.decode(0)
        plan = NoticePlan(
            obligation: try row.decode(1), step: try row.decode(2), addressee: try row.decode(3),
            dueVersion: Int(try row.decode(4, as: Int32.self)), messageID: try row.decode(5),
            recipient: try row.decode(6), language: try row.decode(7), plannedFor: try row.decode(8))
        state = try row.decode(9)
        reason = try row.decode(10)
        changedAt = try row.decode(11)
        lease = try row.decode(12)
        journal = try row.decode(13)
    }
}
