package import Civil
package import Domain
import Foundation
package import Postgres

/// What became of what a municipality sent for one form and period.
package struct IntakeAnswer: Hashable, Sendable {
    /// What became of it.
    package enum Outcome: String, Hashable, Sendable {
        /// A new version, which counts.
        case accepted = "ACCEPTED"
        /// A new version, sent back: it counts for nothing.
        case returned = "RETURNED"
        /// The newest version, or the one that counts, says the same already; there is no new one.
        case unchanged = "UNCHANGED"
    }

    /// What was sent.
    package let filing: IntakeFiling
    /// What became of it.
    package let outcome: Outcome
    /// The version: a new one, or the one that says the same.
    package let version: Int
    /// What that version is.
    package let status: SubmissionStatus
    /// What is to be said about it.
    package let findings: [IntakeFinding]
}

/// What a file of a municipality was answered with.
package struct IntakeReport: Hashable, Sendable {
    /// Why the file was not taken; nothing of it was kept then.
    package var refusals: [IntakeFinding] = []
    /// One answer a form and period, in the order of the file; none where the file was refused.
    package var answers: [IntakeAnswer] = []
    /// The recalculations that follow, enqueued in the same transaction.
    package var recalculations: [SnapshotRequest] = []
}

extension Registry {
    /// Takes a file of one municipality: looks at it, keeps each form and period as a new version, accepted or sent back,
    /// and enqueues the recalculation of what the accepted ones concern (`docs/domain.md` §18). The same content again is
    /// no new version.
    ///
    /// Two files of one unit follow one another under the lock of the unit's row; imports wait, and are waited for.
    ///
    /// - Parameters:
    ///   - file: the file as read.
    ///   - unit: the unit that sends it, if known: a file about another one is refused.
    ///   - zone: the zone of local days.
    /// - Throws: `PostgresError`, `QueueError`.
    package static func submit(
        _ file: SubmissionFile, from unit: String? = nil, zone: ZoneRules, in transaction: inout Transaction
    ) async throws -> IntakeReport {
        guard file.findings.isEmpty, let code = file.filings.first?.unit else {
            return IntakeReport(refusals: file.findings)
        }
        if let unit, unit != code {
            return IntakeReport(refusals: [IntakeFinding(.wrongUnit, value: code, other: unit)])
        }
        try await transaction.execute(
            "select pg_advisory_xact_lock_shared(hashtextextended('rinda.import', 0))", answerTimeout: .never)
        // Rows that refer to the unit may be written meanwhile; another submission of it may not.
        try await transaction.execute("select from rinda.unit where code = \(code) for no key update")
        let now: Timestamp = try await transaction.query("select rinda.clock()")[0].decode(0)
        var report = IntakeReport()
        var checked: [(filing: IntakeFiling, findings: [IntakeFinding])] = []
        // Earlier periods first, whatever their order in the file: a later one rests on them.
        let order = file.filings.indices.sorted { left, right in
            (file.filings[left].period.lastDay, left) < (file.filings[right].period.lastDay, right)
        }
        var accepted: [IntakeFiling] = []
        for place in order {
            let filing = file.filings[place]
            let findings = try await findings(about: filing, after: accepted, at: now, zone: zone, in: &transaction)
            checked.append((filing, findings))
            if findings.allSatisfy({ $0.rule.weight == .warning }) { accepted.append(filing) }
        }
        report.refusals = checked.flatMap(\.findings).filter { $0.rule.weight == .refusal }
        guard report.refusals.isEmpty else { return report }
        for (filing, findings) in checked {
            report.answers.append(try await keep(filing, findings, at: now, in: &transaction))
        }
        let taken = report.answers.filter { $0.outcome == .accepted }
        report.recalculations = try await recalculations(
            of: taken.map { ($0.filing.form, $0.filing.period) }, reason: "unit \(code) submitted data",
            in: &transaction)
        try await SnapshotRequests.enqueue(report.recalculations, in: &transaction)
        return report
    }

    private static func findings(
        about filing: IntakeFiling, after accepted: [IntakeFiling], at now: Timestamp, zone: ZoneRules,
        in transaction: inout Transaction
    ) async throws -> [IntakeFinding] {
        var dataSet = try await loadIntake(unit: filing.unit, form: filing.form, in: &transaction)
        // What stands before it in the same file has been said by then.
        for earlier in accepted {
            let version = Int(Int32.max)
            dataSet.submissions.append(
                Submission(
                    unit: earlier.unit, form: earlier.form, period: earlier.period, version: version, receivedAt: now,
                    status: .accepted, isNil: earlier.isNil))
            dataSet.observations += earlier.observations(version: version)
        }
        var dueOn: LocalDate?
        if let form = dataSet.forms.first(where: { $0.form == filing.form }),
            FormDuties(dataSet).owes(filing.form, unit: filing.unit, on: filing.period.lastDay)
        {
            dueOn = DutyCalendar(dataSet, knownOn: nil).dueOn(form, filing.period, unit: filing.unit)
        }
        // By obligation_key: an extension has moved the date.
        let stored = try await transaction.query(
            """
            select due_on from rinda.obligation
             where form = \(filing.form) and period = \(filing.period) and unit = \(filing.unit)
            """)
        if let row = stored.first { dueOn = try row.decode(0) }
        return Intake.check(filing, in: dataSet, dueOn: dueOn, today: zone.date(at: now), zone: zone)
    }

    /// Keeps a filing as the next version, unless the newest one says the same.
    private static func keep(
        _ filing: IntakeFiling, _ findings: [IntakeFinding], at now: Timestamp, in transaction: inout Transaction
    ) async throws -> IntakeAnswer {
        // The newest version, and the one that counts. By submission_key.
        let versions = try await transaction.query(
            """
            select s.id, s.version, s.status, s.nil, i.reason, i.findings
              from (select *, max(version) over () as newest,
                           max(version) filter (where status = 'ACCEPTED') over () as counting
                      from rinda.submission
                     where unit = \(filing.unit) and form = \(filing.form) and period = \(filing.period)) s
              left join rinda.intake i on i.submission = s.id
             where s.version in (s.newest, s.counting)
             order by s.version desc
            """)
        let version = try versions.first.map { Int(try $0.decode(1, as: Int32.self)) + 1 } ?? 1
        for row in versions {
            let last = Int(try row.decode(1, as: Int32.self))
            let status: SubmissionStatus = try row.decode(2)
            let saysNil: Bool = try row.decode(3)
            let reason: String? = try row.decode(4)
            let rows = try await self.rows(
                """
                select \(filing.unit), \(filing.form), \(filing.period), \(Int32(last)), indicator, value, obs_status,
                       basis, denominator
                  from rinda.observation where submission = \(try row.decode(0, as: Int64.self))
                """, on: &transaction, Observation.init)
            // A reason alone makes another filing of one that was sent back for the lack of it.
            if saysNil == filing.isNil, Set(rows) == Set(filing.observations(version: last)),
                status == .accepted || reason == filing.reason
            {
                let told = try row.decode(5, as: JSON?.self).map(IntakeFinding.list) ?? []
                return IntakeAnswer(
                    filing: filing, outcome: .unchanged, version: last, status: status, findings: told)
            }
        }
        let isReturned = findings.contains { $0.rule.weight == .fault }
        try await store(
            filing, version: version, isReturned ? .returned : .accepted, findings, at: now, in: &transaction)
        return IntakeAnswer(
            filing: filing, outcome: isReturned ? .returned : .accepted, version: version,
            status: isReturned ? .returned : .accepted, findings: findings)
    }

    private static func store(
        _ filing: IntakeFiling, version: Int, _ status: SubmissionStatus, _ findings: [IntakeFinding],
        at now: Timestamp, in transaction: inout Transaction
    ) async throws {
        let id: Int64 = try await transaction.query(
            """
            insert into rinda.submission (unit, form, period, version, received_at, status, nil)
            values (\(filing.unit), \(filing.form), \(filing.period), \(Int32(version)), \(now), \(status.rawValue),
                    \(filing.isNil))
            returning id
            """)[0].decode(0)
        try await transaction.execute(
            """
            insert into rinda.observation (submission, indicator, value, obs_status, basis, denominator)
            select \(id), g.* from unnest(
                \(filing.rows.map(\.indicator)), \(filing.rows.map { $0.value.map { Numeric($0.decimalText) } }),
                \(filing.rows.map(\.obsStatus.rawValue)),
                \(filing.rows.map { $0.basis == .ownOnly ? nil : $0.basis.rawValue }),
                \(filing.rows.map { $0.denominator.map { Numeric($0.decimalText) } })) as g
            """)
        let told = IntakeFinding.json(findings)
        try await transaction.execute(
            "insert into rinda.intake (submission, reason, findings) values (\(id), \(filing.reason), \(told)::json)")
        try await transaction.execute(
            """
            insert into rinda.audit (action, object, reason, after)
            values ('submission.submit', \("submission:\(filing.unit)/\(filing.form)/\(filing.period)/v\(version)"),
                    \(filing.reason), jsonb_build_object('status', \(status.rawValue)))
            """)
    }
}

extension IntakeFinding {
    /// A finding as it is kept.
    private struct Kept: Codable {
        let rule: String
        let line: Int?
        let subject: String?
        let value: String?
        let other: String?
        let when: String?
    }

    static func json(_ findings: [IntakeFinding]) -> JSON {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let kept = findings.map {
            Kept(
                rule: $0.rule.rawValue, line: $0.line, subject: $0.subject, value: $0.value, other: $0.other,
                when: $0.when)
        }
        // Texts and numbers alone: there is nothing that could not be written.
        return JSON((try? encoder.encode(kept)).map { String(decoding: $0, as: UTF8.self) } ?? "[]")
    }

    /// The findings that were kept; one of a rule that this version does not know is left out.
    static func list(_ json: JSON) -> [IntakeFinding] {
        let kept = (try? JSONDecoder().decode([Kept].self, from: Data(json.text.utf8))) ?? []
        return kept.compactMap { kept in
            Rule(rawValue: kept.rule).map {
                IntakeFinding(
                    $0, line: kept.line, subject: kept.subject, value: kept.value, other: kept.other, when: kept.when)
            }
        }
    }
}
