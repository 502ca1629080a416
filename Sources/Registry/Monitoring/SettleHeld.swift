import Civil
import Domain
package import Postgres

/// What a person says of notices of which nobody could know whether they had been sent.
package enum HeldVerdict: String, Hashable, Sendable, CaseIterable {
    /// It arrived.
    case delivered
    /// It is to be sent again, under the same Message-ID.
    case resend
    /// It did not arrive and need not.
    case drop
}

extension Registry {
    /// Settles the notices of a message that are held. To be sent again, they are as after a refusal; enqueue the job that
    /// sends them in the same transaction.
    ///
    /// - Returns: how many were held.
    /// - Throws: `RegistryError.wrongState` where none is, or without a reason; `PostgresError`.
    @discardableResult
    package static func settleHeld(
        message messageID: String, _ verdict: HeldVerdict, reason: String, in transaction: inout Transaction
    ) async throws -> Int {
        guard !reason.isEmpty else { throw RegistryError(.wrongState, "a decision about a notice needs a reason") }
        // By notice_message.
        let notices = try await rows(
            """
            select \(raw: Notice.columns) from rinda.notice n
             where n.message_id = \(messageID) and n.state = 'HELD' order by n.id for update
            """, on: &transaction, Notice.init)
        guard !notices.isEmpty else {
            throw RegistryError(
                .wrongState, "no notice of \(messageID) is held; see 'rinda reminders log --state HELD'")
        }
        let said = "\(verdict.rawValue): \(reason)"
        switch verdict {
        case .resend: try await move(notices, to: .failed, said, in: &transaction)
        case .drop: try await move(notices, to: .suppressed, said, in: &transaction)
        case .delivered:
            try await move(notices, to: .sending, said, in: &transaction)
            try await move(notices, to: .sent, said, in: &transaction)
        }
        try await transaction.execute(
            """
            insert into rinda.audit (action, object, reason, after)
            values ('notice.settle', \("message:\(messageID)"), \(reason),
                    jsonb_build_object('verdict', \(verdict.rawValue), 'notices', \(Int64(notices.count))))
            """)
        return notices.count
    }

    private static func move(
        _ notices: [Notice], to state: NoticeState, _ reason: String, in transaction: inout Transaction
    ) async throws(PostgresError) {
        try await transaction.execute(
            "update rinda.notice set state = \(state), reason = \(reason) where id = any(\(notices.map(\.id)))")
    }
}
