package import Domain
package import Postgres

extension Registry {
    /// Opens a draft of the report of a plan for a period, to be compiled by a job: the draft that is open already, or a
    /// new revision after the last. Whoever calls this is its compiler and can never approve it.
    ///
    /// - Throws: `RegistryError.unknown` for an unknown plan; `PostgresError`.
    package static func draftReport(
        of plan: String, for period: Period, reason: String? = nil, in transaction: inout Transaction
    ) async throws -> ReportRevision {
        guard try await self.plan(plan, on: &transaction) != nil else {
            throw RegistryError(.unknown, "there is no plan \(RecordFields.quoted(plan))")
        }
        // The row of the report is the lock under which revisions are numbered.
        let report = try await transaction.query(
            """
            insert into rinda.report as r (plan, period) values (\(plan), \(period))
            on conflict (plan, period) do update set period = r.period returning id
            """)[0].decode(0, as: Int64.self)
        if let last = try await reportRevisions(of: plan, for: period, on: &transaction).first, last.state == .draft {
            return last
        }
        let revision = try await transaction.query(
            """
            insert into rinda.report_revision (report, revision, reason)
            select \(report), coalesce(max(revision), 0) + 1, \(reason) from rinda.report_revision
             where report = \(report)
            returning revision
            """)[0].decode(0, as: Int32.self)
        try await record(
            "report.draft", report, Int(revision), reason: reason, from: nil, to: .draft, in: &transaction)
        return try await required(report, Int(revision), in: &transaction)
    }

    /// Binds a draft to the snapshot that it was compiled from, with its document. Again with the same content, it does
    /// nothing: a job may have died after its commit.
    ///
    /// - Throws: `RegistryError.unknown`; `.conflict` where it is compiled already with another content; `PostgresError`.
    @discardableResult
    package static func bindReport(
        report: Int64, revision: Int, snapshot: String, document: String, in transaction: inout Transaction
    ) async throws -> ReportRevision {
        let current = try await locked(report, revision, in: &transaction)
        if current.state != .draft {
            let same = try await transaction.query(
                """
                select snapshot = \(snapshot) and document = \(document) from rinda.report_revision
                 where report = \(report) and revision = \(Int32(revision))
                """)[0].decode(0, as: Bool?.self)
            guard same == true else {
                throw RegistryError(
                    .conflict,
                    "revision \(revision) of the report for \(current.period) is \(current.state.rawValue) with "
                        + "another content; compile a new revision")
            }
            return current
        }
        // Who entered the last of the submissions of the plan's forms up to the period's end: by submission_form_period.
        try await transaction.execute(
            """
            update rinda.report_revision
               set state = 'COMPUTED', snapshot = \(snapshot), document = \(document),
                   digest = sha256(convert_to(\(document), 'UTF8')),
                   data_edited_by = (
                       select s.recorded_by from rinda.submission s
                        where s.form in (select i.form from rinda.form_indicator i
                                           join rinda.target t on t.indicator = i.indicator
                                          where t.plan = \(current.plan))
                          and left(s.period, 4) <= left(\(current.period), 4)
                        order by s.recorded_at desc limit 1)
             where report = \(report) and revision = \(Int32(revision))
            """)
        try await record(
            "report.compile", report, revision, reason: nil, from: .draft, to: .computed, in: &transaction)
        return try await required(report, revision, in: &transaction)
    }

    /// Approves a compiled revision as the person who is connected. It must be another one than who had it compiled and
    /// who last entered its data: that is a constraint of the table, on names that the database writes.
    ///
    /// - Throws: `RegistryError.secondPersonNeeded`; `.wrongState` where it is not up for approval or no unit has
    ///   reported; `.unknown`; `PostgresError`.
    @discardableResult
    package static func approveReport(
        report: Int64, revision: Int, reason: String? = nil, in transaction: inout Transaction
    ) async throws -> ReportRevision {
        let current = try await locked(report, revision, in: &transaction)
        guard current.state == .computed || current.state == .inReview, let snapshot = current.snapshot else {
            throw RegistryError(
                .wrongState,
                "revision \(revision) of the report for \(current.period) is \(current.state.rawValue); only a compiled "
                    + "one can be approved")
        }
        let reported = try await transaction.query(
            "select (completeness ->> 'reported')::integer from rinda.snapshot where hash = \(snapshot)"
        )[0].decode(0, as: Int32.self)
        guard reported > 0 else {
            throw RegistryError(
                .wrongState, "no unit has reported for \(current.period): a report without data cannot be approved")
        }
        do {
            try await transaction.savepoint { part in
                if current.state == .computed {
                    try await advance(report, revision, from: .computed, to: .inReview, reason: nil, in: &part)
                }
                try await advance(report, revision, from: .inReview, to: .approved, reason: reason, in: &part)
            }
        } catch let error as PostgresError where Self.twoPersonConstraints.contains(error.constraint ?? "") {
            throw RegistryError(
                .secondPersonNeeded,
                error.constraint == "report_approver_is_not_the_compiler"
                    ? "you had this revision compiled; a second person has to approve it"
                    : "you entered the last of its data; a second person has to approve it",
                cause: error)
        }
        return try await required(report, revision, in: &transaction)
    }

    /// Marks an approved revision as published.
    ///
    /// - Throws: `RegistryError.wrongState`, `.unknown`; `PostgresError`.
    @discardableResult
    package static func publishReport(
        report: Int64, revision: Int, in transaction: inout Transaction
    ) async throws -> ReportRevision {
        let current = try await locked(report, revision, in: &transaction)
        guard current.state == .approved else {
            throw RegistryError(
                .wrongState, "revision \(revision) is \(current.state.rawValue); only an approved one can be published")
        }
        try await advance(report, revision, from: .approved, to: .published, reason: nil, in: &transaction)
        return try await required(report, revision, in: &transaction)
    }

    /// Takes a revision back, for a reason. It stays readable.
    ///
    /// - Throws: `RegistryError.wrongState` where it is archived or withdrawn; `.unknown`; `PostgresError`.
    @discardableResult
    package static func withdrawReport(
        report: Int64, revision: Int, reason: String, in transaction: inout Transaction
    ) async throws -> ReportRevision {
        let current = try await locked(report, revision, in: &transaction)
        guard current.state != .archived, current.state != .withdrawn, !reason.isEmpty else {
            throw RegistryError(
                .wrongState,
                reason.isEmpty
                    ? "a withdrawal needs a reason"
                    : "revision \(revision) is \(current.state.rawValue) and cannot be withdrawn; compile a new revision"
            )
        }
        try await advance(report, revision, from: current.state, to: .withdrawn, reason: reason, in: &transaction)
        return try await required(report, revision, in: &transaction)
    }

    private static let twoPersonConstraints: Set<String> = [
        "report_approver_is_not_the_compiler", "report_approver_is_not_the_data_editor",
    ]

    /// Moves a revision on and records it. What a state needs beside it (approver, times) the table's trigger writes.
    static func advance(
        _ report: Int64, _ revision: Int, from old: ReportStage, to new: ReportStage, reason: String?,
        in transaction: inout Transaction
    ) async throws {
        try await transaction.execute(
            """
            update rinda.report_revision
               set state = \(new), reason = coalesce(\(reason), reason),
                   published_at = case when \(new) = 'PUBLISHED' then rinda.clock() else published_at end,
                   archived_at = case when \(new) = 'ARCHIVED' then rinda.clock() else archived_at end
             where report = \(report) and revision = \(Int32(revision)) and state = \(old)
            """)
        let action =
            switch new {
            case .draft: "report.draft"
            case .computed: "report.compile"
            case .inReview: "report.review"
            case .approved: "report.approve"
            case .published: "report.publish"
            case .archived: "report.archive"
            case .withdrawn: "report.withdraw"
            }
        try await record(action, report, revision, reason: reason, from: old, to: new, in: &transaction)
    }

    private static func record(
        _ action: String, _ report: Int64, _ revision: Int, reason: String?, from old: ReportStage?,
        to new: ReportStage, in transaction: inout Transaction
    ) async throws {
        try await transaction.execute(
            """
            insert into rinda.audit (action, object, reason, before, after)
            values (\(action), \("report:\(report)/r\(revision)"), \(reason),
                    \(old.map { JSON("{\"state\":\"\($0.rawValue)\"}") }), \(JSON("{\"state\":\"\(new.rawValue)\"}")))
            """)
    }

    static func locked(
        _ report: Int64, _ revision: Int, in transaction: inout Transaction
    ) async throws -> ReportRevision {
        try await transaction.execute(
            """
            select from rinda.report_revision
             where report = \(report) and revision = \(Int32(revision)) for update
            """)
        return try await required(report, revision, in: &transaction)
    }

    private static func required(
        _ report: Int64, _ revision: Int, in transaction: inout Transaction
    ) async throws -> ReportRevision {
        guard let found = try await reportRevision(report: report, revision: revision, on: &transaction) else {
            throw unknownRevision(report, revision)
        }
        return found
    }
}
