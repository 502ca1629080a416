package import Civil
import Domain
package import Postgres

extension Registry {
    /// A notice that may go out now, with its obligation as it stands.
    package struct ClaimedNotice: Hashable, Sendable {
        /// The notice.
        package let notice: Notice
        /// What it is about.
        package let obligation: ObligationRecord
    }

    /// Writes notices into the ledger, each once for its obligation, step, addressee and version of the due date, however
    /// often it is planned. Enqueue the job that sends them in the same transaction.
    ///
    /// - Returns: the numbers of those that are new, in the order given; nil for one that was planned before.
    /// - Throws: `PostgresError`.
    package static func planNotices(
        _ plans: [NoticePlan], in transaction: inout Transaction
    ) async throws(PostgresError) -> [Int64?] {
        var numbers: [Int64?] = []
        for plan in plans {
            // By notice_once: of two evaluations at the same time the second waits for the first one's commit.
            let rows = try await transaction.query(
                """
                insert into rinda.notice
                    (obligation, step, role, due_version, message_id, recipient, language, planned_for)
                values (\(plan.obligation), \(plan.step), \(plan.addressee), \(Int32(plan.dueVersion)),
                        \(plan.messageID), \(plan.recipient), \(plan.language), \(plan.plannedFor))
                on conflict (obligation, step, role, due_version) do nothing
                returning id
                """)
            numbers.append(try rows.first?.decode(0))
        }
        return numbers
    }

    /// Makes sure, right before sending, that a message may still go out. Each of its notices is looked at anew in this
    /// transaction: where the figures have arrived, the obligation is waived or put off, quiet is asked for, or the time of
    /// the step is over, the notice is suppressed with that reason; the others become SENDING and are returned. Render and
    /// send what is returned after the commit; where it is empty there is nothing to send.
    ///
    /// A notice found SENDING was begun by an attempt that died. Where that attempt may have delivered it, what the attempt
    /// says of such notices decides: it is returned again, under the same Message-ID and with that noted, or held.
    ///
    /// - Parameters:
    ///   - today: the local day.
    ///   - attempt: the attempt that asks.
    /// - Throws: `PostgresError`.
    package static func claimNotices(
        ofMessage messageID: String, today: LocalDate, attempt: NoticeAttempt, in transaction: inout Transaction
    ) async throws(PostgresError) -> NoticeClaim {
        // By notice_message. The obligation is locked too: a waiver or extension waits, or is seen.
        let notices = try await rows(
            """
            select \(raw: Notice.columns) from rinda.notice n join rinda.obligation o on o.id = n.obligation
             where n.message_id = \(messageID) and n.state in ('PLANNED', 'SENDING', 'FAILED')
             order by n.id for update of n, o
            """, on: &transaction, Notice.init)
        let ledger = Dictionary(
            grouping: try await Self.notices(ofObligations: notices.map(\.plan.obligation), on: &transaction),
            by: \.plan.obligation)
        var claim = NoticeClaim()
        for notice in notices {
            let plan = notice.plan
            guard let obligation = try await obligation(plan.obligation, on: &transaction) else { continue }
            let facts = obligation.facts(
                ledger: ledger[plan.obligation] ?? [],
                isUnitClosed: try await isClosed(obligation.responsible, today, &transaction))
            let isUncertain = attempt.isUncertain(notice)
            let doubt = isUncertain ? "the mail server may have taken it from lease \(notice.lease ?? 0)" : nil
            if let stop = facts.stopCondition(step: plan.step, plannedFor: plan.dueVersion, on: today) {
                let reason = ([stop.rawValue] + (doubt.map { [$0] } ?? [])).joined(separator: "; ")
                try await setNotice(notice.id, .suppressed, reason: reason, in: &transaction)
            } else if let doubt, attempt.uncertain == .hold {
                try await setNotice(notice.id, .held, reason: doubt, in: &transaction)
                claim.held += 1
            } else {
                try await begin(
                    notice.id, attempt, reason: doubt.map { "sent again under the same Message-ID: \($0)" },
                    in: &transaction)
                claim.claimed.append(ClaimedNotice(notice: notice, obligation: obligation))
                claim.isRepeated = claim.isRepeated || isUncertain
            }
        }
        return claim
    }

    /// Records that the mail server has taken a message.
    ///
    /// - Parameter digest: SHA-256 of the message as sent, 32 bytes.
    /// - Throws: `PostgresError`.
    package static func markSent(
        message messageID: String, digest: [UInt8], in transaction: inout Transaction
    ) async throws(PostgresError) {
        // By notice_message. What the attempt noted, a repetition, stays to be read.
        try await transaction.execute(
            """
            update rinda.notice set state = 'SENT', digest = \(digest)
             where message_id = \(messageID) and state = 'SENDING'
            """)
    }

    /// Records, from the journal, that the mail server took a message in an attempt that died before it could say so.
    ///
    /// - Parameters:
    ///   - digest: SHA-256 of the message as sent, 32 bytes.
    ///   - lease: the attempt's fencing token.
    /// - Returns: for how many notices that was news.
    /// - Throws: `PostgresError`.
    @discardableResult
    package static func recordAcceptance(
        ofMessage messageID: String, digest: [UInt8], lease: Int64, in transaction: inout Transaction
    ) async throws(PostgresError) -> Int {
        // By notice_message. A database that was set back may have it as planned.
        try await transaction.execute(
            """
            update rinda.notice set state = 'SENDING', lease = \(lease)
             where message_id = \(messageID) and state in ('PLANNED', 'FAILED', 'HELD')
            """)
        return try await transaction.execute(
            """
            update rinda.notice
               set state = 'SENT', digest = \(digest), lease = \(lease),
                   reason = \("the journal says that the mail server took it from lease \(lease)")
             where message_id = \(messageID) and state = 'SENDING'
            """)
    }

    /// Records that a message could not be given to the mail server; its job may try again.
    ///
    /// - Throws: `PostgresError`.
    package static func markFailed(
        message messageID: String, reason: String, in transaction: inout Transaction
    ) async throws(PostgresError) {
        // By notice_message.
        try await transaction.execute(
            """
            update rinda.notice set state = 'FAILED', reason = \(reason)
             where message_id = \(messageID) and state = 'SENDING'
            """)
    }

    /// Records that a message came back.
    ///
    /// - Throws: `PostgresError`.
    package static func markBounced(
        message messageID: String, reason: String, in transaction: inout Transaction
    ) async throws(PostgresError) {
        // By notice_message.
        try await transaction.execute(
            """
            update rinda.notice set state = 'BOUNCED', reason = \(reason)
             where message_id = \(messageID) and state = 'SENT'
            """)
    }

    /// Whether a unit exists no more on a day.
    private static func isClosed(
        _ unit: String, _ day: LocalDate, _ transaction: inout Transaction
    ) async throws(PostgresError) -> Bool {
        // By the key of rinda.unit_version.
        try await transaction.query(
            """
            select not exists (select from rinda.unit_version
                                where code = \(unit) and (valid_to is null or valid_to > \(day)))
            """)[0].decode(0)
    }

    private static func begin(
        _ id: Int64, _ attempt: NoticeAttempt, reason: String?, in transaction: inout Transaction
    ) async throws(PostgresError) {
        try await transaction.execute(
            """
            update rinda.notice
               set state = 'SENDING', reason = \(reason), lease = \(attempt.lease), journal = \(attempt.journal)
             where id = \(id)
            """)
    }

    private static func setNotice(
        _ id: Int64, _ state: NoticeState, reason: String?, in transaction: inout Transaction
    ) async throws(PostgresError) {
        try await transaction.execute(
            "update rinda.notice set state = \(state), reason = \(reason) where id = \(id)")
    }

    /// The notices of obligations, in the order in which they were planned.
    ///
    /// - Throws: `PostgresError`.
    package static func notices(
        ofObligations obligations: [Int64], on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [Notice] {
        // By notice_once, whose first column is the obligation.
        try await rows(
            "select \(raw: Notice.columns) from rinda.notice n where n.obligation = any(\(obligations)) order by n.id",
            on: &database, Notice.init)
    }

    /// The notices planned for the days from one to another, both included.
    ///
    /// - Throws: `PostgresError`.
    package static func notices(
        plannedFrom first: LocalDate, through last: LocalDate, on database: inout some Querying & ~Copyable
    ) async throws(PostgresError) -> [Notice] {
        // By notice_planned_for.
        try await rows(
            """
            select \(raw: Notice.columns) from rinda.notice n
             where n.planned_for between \(first) and \(last) order by n.id
            """, on: &database, Notice.init)
    }
}
