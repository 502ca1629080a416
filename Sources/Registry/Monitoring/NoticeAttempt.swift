/// What becomes of a notice of which nobody can know whether the mail server has taken it: the attempt died, or lost the
/// connection, after the last octets had gone out (RFC 1047).
package enum UncertainDelivery: String, Hashable, Sendable, CaseIterable {
    /// It goes out again under the same Message-ID, by which mailboxes can tell that it is the same.
    case resend
    /// It waits until a person has looked (`rinda reminders settle`).
    case hold
}

/// One attempt at a message, with what it knows of earlier ones.
package struct NoticeAttempt: Hashable, Sendable {
    /// The fencing token of the attempt.
    package let lease: Int64
    /// The journal in which it writes what the mail server takes; nil where it has none.
    package let journal: String?
    /// The earlier attempts that offered the message to a mail server, according to that journal, and of which nothing
    /// more is known.
    package let open: Set<Int64>
    /// What becomes of notices that an earlier attempt may have delivered.
    package let uncertain: UncertainDelivery

    /// An attempt under a lease.
    package init(lease: Int64, journal: String?, open: Set<Int64>, uncertain: UncertainDelivery) {
        self.lease = lease
        self.journal = journal
        self.open = open
        self.uncertain = uncertain
    }

    /// Whether an earlier attempt may have delivered a notice without anybody knowing. An attempt that never came to the
    /// point of offering it in this journal surely has not; one that wrote into another journal, or into none, may have.
    package func isUncertain(_ notice: Notice) -> Bool {
        switch notice.state {
        case .sending: notice.journal == nil || notice.journal != journal || notice.lease.map(open.contains) ?? true
        // The database was set back to a time before the attempt.
        case .planned: !open.isEmpty
        // A refusal is certain, and so is a person's word.
        case .failed, .held, .sent, .suppressed, .bounced: false
        }
    }
}

/// What an attempt may do with a message.
package struct NoticeClaim: Sendable {
    /// The notices that go out, with their obligations as they stand.
    package var claimed: [Registry.ClaimedNotice] = []
    /// How many are held for a person, since they may have gone out before.
    package var held = 0
    /// Whether some of those that go out may have gone out before.
    package var isRepeated = false

    /// Nothing to do.
    package init() {}
}
